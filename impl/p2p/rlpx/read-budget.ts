/**
 * How many bytes of large frames may lie in memory, over all peers of a node: read from
 * the wire, and not yet taken by a protocol. When it is used up, reading stops, and the
 * rest of each frame waits on its sender's side.
 *
 * It is paid piece by piece, as the bytes come: a header that claims 16 MiB holds one
 * piece, not 16 MiB. What bounds a wait: whoever holds some is reading, for 30 s at most,
 * or has a message whose protocol is at work, and a write of that lasts 20 s at most.
 * Should many hold a part and nobody a whole, the first whose 30 s are over makes room.
 * Who holds nothing keeps nobody waiting, so its own 30 s stand still in the queue.
 */

import { Done } from '../../csp/done.ts';
import { runtime } from '../../csp/runtime.ts';
import { recv, select } from '../../csp/select.ts';
import { Timer } from '../../csp/timer.ts';
import { ConnClosed, DeadlineExceeded, type NetConn } from '../../net/net-conn.ts';

/** A frame up to this length costs nothing: as much lies in the buffer of any socket. */
export const pieceLength = 64 * 1024;

/** What it costs to bring in a piece, in units of `Work`: out of the socket, then joined. */
const bytesPerUnit = 200;

interface Claim {
  readonly bytes: number;
  readonly granted: Done;
}

// #region read-budget
export class ReadBudget {
  readonly #queue: Claim[] = []; // BOUNDED by the connections: each reads one frame
  #free: number;

  /** @param total in bytes, at least one piece */
  constructor(total = 64 * 1024 * 1024) {
    this.#free = total;
  }

  get free(): number {
    return this.#free;
  }

  /**
   * Waits until it is its turn and `bytes` are free.
   *
   * @param until on the runtime's clock; undefined: as long as it takes
   * @throws {DeadlineExceeded} `until` came first
   * @throws {ConnClosed} `stop` came first
   */
  async take(bytes: number, until: number | undefined, stop: Done): Promise<void> {
    if (this.#queue.length === 0 && bytes <= this.#free) {
      this.#free -= bytes;
      return;
    }
    const claim: Claim = { bytes, granted: new Done('read budget') };
    this.#queue.push(claim);
    const late =
      until === undefined
        ? undefined
        : new Timer('read budget', Math.max(0, until - runtime().now()));
    const event = await select({
      granted: recv(claim.granted),
      stop: recv(stop),
      late: recv(late),
    });
    late?.stop();
    if (event.case === 'granted') return;
    //: Granted and ended in the same moment: nobody else would give it back.
    if (claim.granted.closed) this.give(bytes);
    else this.#leave(claim);
    throw event.case === 'stop' ? new ConnClosed('read') : new DeadlineExceeded('read');
  }

  give(bytes: number): void {
    this.#free += bytes;
    this.#serve();
  }

  /** In the order they came: a large frame is not overtaken for ever by small ones. */
  #serve(): void {
    for (let [next] = this.#queue; next !== undefined; [next] = this.#queue) {
      if (next.bytes > this.#free) return;
      this.#queue.shift();
      this.#free -= next.bytes;
      next.granted.close();
    }
  }

  #leave(claim: Claim): void {
    this.#queue.splice(this.#queue.indexOf(claim), 1);
    this.#serve();
  }
}
// #endregion read-budget

type Readable = Pick<NetConn, 'readFull' | 'setReadDeadline'>;

// #region budget-share
/** What one connection holds of the budget: for the message that it has read last. */
export class BudgetShare {
  readonly #budget: ReadBudget;
  #held = 0;

  constructor(budget: ReadBudget) {
    this.#budget = budget;
  }

  /**
   * Reads `length` bytes, each piece when it is paid for.
   *
   * @throws {EndOfStream} {DeadlineExceeded} {ConnClosed} as the connection; call `release`
   */
  async read(
    fd: Readable,
    length: number,
    until: number,
    stop: Done,
  ): Promise<Uint8Array[]> {
    if (length <= pieceLength) return [await fd.readFull(length)];
    //: Others used up the budget, and this remote may have been quiet for most
    //: of its 30 s: what it waits for the first piece is not its fault.
    const asked = runtime().now();
    await this.#budget.take(pieceLength, undefined, stop);
    this.#held = pieceLength;
    const extended = until + runtime().now() - asked;
    fd.setReadDeadline(extended);
    const pieces = [await this.#piece(fd, pieceLength)];
    for (let left = length - pieceLength; left > 0; left -= pieceLength) {
      const bytes = Math.min(left, pieceLength);
      await this.#budget.take(bytes, extended, stop);
      this.#held += bytes;
      pieces.push(await this.#piece(fd, bytes));
    }
    return pieces;
  }

  /** Counted, so that a fast sender's 16 MiB do not come in within one turn. */
  async #piece(fd: Readable, length: number): Promise<Uint8Array> {
    const piece = await fd.readFull(length);
    runtime().spent(length / bytesPerUnit);
    return piece;
  }

  /** Gives back all that it holds. A second call does nothing. */
  release(): void {
    const held = this.#held;
    this.#held = 0;
    if (held > 0) this.#budget.give(held);
  }
}
// #endregion budget-share
