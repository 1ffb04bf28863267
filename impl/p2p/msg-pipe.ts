/**
 * Two connected ends in memory that speak messages: no bytes, no crypto. Tests and
 * exercises about order use it in place of a connection.
 */

import { Chan } from '../csp/chan.ts';
import { Done } from '../csp/done.ts';
import { recv, select, send } from '../csp/select.ts';
import type { Msg, MsgReadWriter } from './message.ts';

/** @geth p2p/message.go ErrPipeClosed */
export class PipeClosed extends Error {
  override readonly name = 'PipeClosed';

  constructor() {
    super('p2p: read or write on closed message pipe');
  }
}

/** @geth p2p/message.go MsgPipeRW */
export class MsgPipeEnd implements MsgReadWriter {
  readonly #out: Chan<Msg>;
  readonly #in: Chan<Msg>;
  readonly #closing: Done;

  constructor(out: Chan<Msg>, incoming: Chan<Msg>, closing: Done) {
    this.#out = out;
    this.#in = incoming;
    this.#closing = closing;
  }

  /** @throws {PipeClosed} an end was closed first */
  async writeMsg(msg: Msg): Promise<void> {
    if (this.#closing.closed) throw new PipeClosed();
    const event = await select({
      handed: send(this.#out, msg),
      closing: recv(this.#closing),
    });
    if (event.case === 'closing') throw new PipeClosed();
  }

  /** @throws {PipeClosed} an end was closed first */
  async readMsg(): Promise<Msg> {
    const event = await select({ msg: recv(this.#in), closing: recv(this.#closing) });
    if (event.case === 'closing') throw new PipeClosed();
    return event.value;
  }

  /** Closes both ends. Reads and writes that wait fail at once. */
  close(): void {
    this.#closing.close();
  }
}

/** @geth p2p/message.go MsgPipe */
export function msgPipe(): [MsgPipeEnd, MsgPipeEnd] {
  const forth = new Chan<Msg>('pipe A→B');
  const back = new Chan<Msg>('pipe B→A');
  const closing = new Done('pipe closing');
  return [new MsgPipeEnd(forth, back, closing), new MsgPipeEnd(back, forth, closing)];
}
