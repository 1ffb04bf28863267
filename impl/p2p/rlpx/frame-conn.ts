/**
 * A connection that carries messages, each in a frame: what has come is taken frame by
 * frame without a wait, and writes stand in line. The transport says what may be read
 * and written when.
 */

import { sliceLength } from '../../crypto/provider.ts';
import { Chan } from '../../csp/chan.ts';
import { Done } from '../../csp/done.ts';
import { runtime } from '../../csp/runtime.ts';
import { recv, select, send } from '../../csp/select.ts';
import { Timer } from '../../csp/timer.ts';
import { ConnClosed, type NetConn } from '../../net/net-conn.ts';
import {
  discMsg,
  discWriteTimeoutMs,
  handshakeMsg,
  pingMsg,
  pongMsg,
} from '../base-protocol.ts';
import { endedBy } from '../fault.ts';
import { newMsg, type Msg } from '../message.ts';
import type { DiscReason } from '../peer-error.ts';
import { encodeDisconnect } from './disconnect.ts';
import { headerLength, type Frame, type FrameRW, type PendingBody } from './frame.ts';
import {
  packInSlices,
  packPayload,
  unpackInSlices,
  unpackPayload,
  type Slicer,
} from './payload.ts';
import { pieceLength, type BudgetShare } from './read-budget.ts';

/** How long a connection may linger so that the last message is read. */
const lingerMs = 1_000;

/** What a message costs, as `Work` counts: the MACs, and what is done for each byte. */
const messageUnits = 40;
const bytesPerUnit = 150;

export class FrameConn implements Slicer {
  readonly fd: NetConn;
  /** Whether payloads are Snappy blocks. */
  readonly compressed = { incoming: false, outgoing: false };
  readonly #runtime = runtime();
  readonly #frames: FrameRW;
  readonly #share: BudgetShare;
  /** Who has put something in here may write. The others wait in the order they came. */
  readonly #writing = new Chan<undefined>('write lock', 1);
  readonly #closing = new Done('transport closing');
  readonly #closed = new Done('transport closed');

  constructor(fd: NetConn, frames: FrameRW, share: BudgetShare) {
    this.fd = fd;
    this.#frames = frames;
    this.#share = share;
  }

  // #region frame-conn-read
  /**
   * Waits for the next message, if it is not here yet. One read at a time.
   *
   * @param limit the greatest frame that this moment allows
   * @param until the read deadline, which moves while others use up the read budget
   */
  async read(limit: number, until: number): Promise<Msg> {
    //: Who asks for the next message has got rid of the last one.
    this.#share.release();
    this.#frames.assertUsable();
    try {
      const header = await this.#look(headerLength);
      const body = this.#frames.openHeader(header, limit);
      this.fd.consume(headerLength);
      const frame = await (body.length > pieceLength
        ? this.#openLarge(body, until)
        : this.#openSmall(body));
      const { incoming } = this.compressed;
      const msg =
        frame.data.length > sliceLength
          ? await this.#readInSlices(unpackInSlices(frame, incoming, this))
          : unpackPayload(frame, incoming, this);
      this.#moved('in', msg);
      return await this.#runtime.ready(msg);
    } catch (error) {
      //: Where the next frame begins is not known any more.
      this.#frames.poison(error);
      this.#share.release();
      throw error;
    }
  }

  /** The next `length` bytes, if they have come; else the promise of them. */
  #look(length: number): Uint8Array | Promise<Uint8Array> {
    const bytes = this.fd.peek(length);
    if (bytes.length >= length) return bytes.subarray(0, length);
    // Looked for again: a close at that moment has taken them, and the next wait says so.
    return this.fd.fill(length).then(() => this.#look(length));
  }
  // #endregion frame-conn-read

  async #openSmall(body: PendingBody): Promise<Frame> {
    const bytes = await this.#look(body.length);
    const frame = await this.#toTheEnd(body.open(bytes));
    this.fd.consume(body.length);
    return frame;
  }

  async #openLarge(body: PendingBody, until: number): Promise<Frame> {
    const { fd } = this;
    const pieces = await this.#share.read(fd, body.length, until, this.#closing);
    return this.#readInSlices(body.open(...pieces));
  }

  // #region frame-conn-write
  /**
   * Waits for its turn, then until the connection has taken the message over.
   *
   * @param begin is called when it is its turn
   */
  async write(msg: Msg, begin: () => void): Promise<void> {
    const turn = await select({
      mine: send(this.#writing, undefined),
      closing: recv(this.#closing),
    });
    if (turn.case === 'closing') throw new ConnClosed('write');
    try {
      //: A turn has passed since the choice. Whoever closes waits for this lock to
      //: say why, so it goes back even if there is nothing left to do.
      if (this.#closing.closed) throw new ConnClosed('write');
      begin();
      await this.#writeFrame(msg);
    } finally {
      this.#writing.tryRecv();
    }
  }

  /** Only who holds the lock calls it: order on the wire is order here. */
  async #writeFrame(msg: Msg): Promise<void> {
    //: Hello is the one message that is never compressed.
    const compressed = this.compressed.outgoing && msg.code !== handshakeMsg;
    const packed =
      msg.payload.length > sliceLength
        ? await this.inSlices(packInSlices(msg.payload, compressed), 'write')
        : packPayload(msg.payload, compressed);
    const frame = await this.#toTheEnd(this.#frames.seal(msg.code, packed));
    this.#moved('out', msg);
    try {
      await this.fd.write(frame);
    } catch (error) {
      //: Part of the frame may be out; another frame after it would be garbage.
      this.#frames.poison(error);
      throw error;
    }
  }
  // #endregion frame-conn-write

  // #region frame-conn-close
  /** @param reason what the remote is told first; undefined: nothing */
  async close(reason: DiscReason | undefined): Promise<void> {
    if (this.#closing.closed) {
      await this.#closed.wait();
      return;
    }
    this.#closing.close();
    try {
      const told = reason !== undefined && (await this.#tell(reason));
      //: A connection that is cut at once takes the reason with it.
      await this.fd.close(told ? lingerMs : 0);
    } finally {
      this.#share.release();
      this.#closed.close();
    }
  }

  async #tell(reason: DiscReason): Promise<boolean> {
    const until = this.#runtime.now() + discWriteTimeoutMs;
    const tooLate = new Timer('disconnect write', discWriteTimeoutMs);
    //= wait for the turn, and not for long
    //: A message on its way may take 20 s more. Nobody waits that long for a farewell.
    const turn = await select({
      mine: send(this.#writing, undefined),
      tooLate: recv(tooLate),
    });
    tooLate.stop();
    if (turn.case === 'tooLate') return false;
    //= say why, in what is left of the second
    try {
      this.fd.setWriteDeadline(until);
      await this.#writeFrame(newMsg(discMsg, encodeDisconnect(reason)));
      return true;
    } catch (error) {
      // The remote will not hear the reason. We are leaving either way.
      endedBy('farewell', error);
      return false;
    }
  }
  // #endregion frame-conn-close

  // #region frame-conn-slices
  /**
   * Does long work in slices: others run between, each in a turn of its own.
   *
   * @throws {ConnClosed} the connection is closing: nobody needs the rest
   */
  async inSlices<T>(
    steps: Generator<undefined, T>,
    what: 'read' | 'write' = 'read',
  ): Promise<T> {
    for (let step = steps.next(); ; step = steps.next()) {
      if (step.done === true) return step.value;
      await this.#runtime.pause();
      if (this.#closing.closed) throw new ConnClosed(what);
    }
  }

  async #readInSlices<T>(steps: Generator<undefined, T>): Promise<T> {
    try {
      return await this.inSlices(steps);
    } catch (error) {
      //: A read that fails takes the frame layer with it. The farewell goes first.
      if (this.#closing.closed) await this.#closed.wait();
      throw error;
    }
  }

  /** A frame that was begun is sealed to its end: the farewell's MAC goes on from it. */
  async #goOn<T>(steps: Generator<undefined, T>): Promise<T> {
    for (;;) {
      await this.#runtime.pause();
      const step = steps.next();
      if (step.done === true) return step.value;
    }
  }
  // #endregion frame-conn-slices

  /** Without a wait, if there is no pause. */
  #toTheEnd<T>(steps: Generator<undefined, T>): T | Promise<T> {
    const first = steps.next();
    return first.done === true ? first.value : this.#goOn(steps);
  }

  /** Many small messages in one turn would be one long piece of work. */
  #moved(dir: 'in' | 'out', msg: Msg): void {
    this.#runtime.spent(messageUnits + msg.size / bytesPerUnit);
    const { tracer } = this.#runtime;
    if (tracer === undefined) return;
    const { code, size } = msg;
    const name = baseNames.get(code);
    const v = `${dir} ${name ?? `code ${code}`}, ${size} bytes`;
    const fields = { v, msg: { dir, code, size, ...(name && { name }) } };
    tracer.emit('msg', fields, msg.payload); // touched for a trace only
  }
}

const baseNames: ReadonlyMap<number, string> = new Map([
  [handshakeMsg, 'Hello'],
  [discMsg, 'Disconnect'],
  [pingMsg, 'Ping'],
  [pongMsg, 'Pong'],
]);
