/**
 * A small seeded generator of numbers (sfc32) for runs that must replay. Not for
 * secrets: whoever knows the seed knows every key of the run.
 */

export class Prng {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /** The same seed gives the same numbers, on every machine. */
  constructor(seed: string) {
    const next = hashSeed(seed);
    this.#a = next();
    this.#b = next();
    this.#c = next();
    for (let i = 0; i < 12; i++) this.uint32();
  }

  uint32(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** An integer from 0 to `count` − 1. */
  below(count: number): number {
    return this.uint32() % count; // the bias is far below what a schedule can show
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.uint32() >>> 24);
  }
}

/** FNV-1a over the seed, stirred anew for every word that is asked for. */
function hashSeed(seed: string): () => number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(seed)) {
    hash = Math.imul(hash ^ byte, 0x01000193);
  }
  return () => {
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39);
    hash ^= hash >>> 15;
    return hash >>> 0;
  };
}

/** A stream for each who draws: what one draws does not depend on when the others do. */
export class Streams {
  readonly #seed: string;
  readonly #known = new Map<string, Prng>(); // BOUNDED by the tasks of the run

  constructor(seed: string) {
    this.#seed = seed;
  }

  bytes(name: string, length: number): Uint8Array {
    const stream = this.#known.get(name) ?? new Prng(`${this.#seed}/${name}`);
    this.#known.set(name, stream);
    return stream.bytes(length);
  }
}
