/**
 * Who waits in one place, oldest first, each with a value if it brings one. In an idle
 * node that is one task or none, in each of some thirty places for every peer: the first
 * is held as it is, and a map, 200 bytes when empty, is made for those after it.
 */

export class Waiters<W, V = undefined> {
  #first: W | undefined;
  #value: V | undefined;
  /** They keep their order of insertion: first come, first served, and leaving is O(1). */
  #others: Map<W, V> | undefined; // BOUNDED by the tasks that wait

  get first(): W | undefined {
    return this.#first;
  }

  /** What the first one brings. */
  get value(): V | undefined {
    return this.#value;
  }

  add(waiter: W, value: V): void {
    if (this.#first === undefined) {
      this.#first = waiter;
      this.#value = value;
    } else {
      this.#others ??= new Map();
      this.#others.set(waiter, value);
    }
  }

  delete(waiter: W): void {
    if (waiter !== this.#first) {
      this.#others?.delete(waiter);
      return;
    }
    this.#first = undefined;
    this.#value = undefined;
    if (this.#others === undefined) return;
    for (const [next, value] of this.#others) {
      this.#others.delete(next);
      this.#first = next;
      this.#value = value;
      break;
    }
    if (this.#others.size === 0) this.#others = undefined;
  }
}
