/**
 * What becomes of a peer when the lines at its end stand in another order, or one of them
 * is missing. The peer is the real one; its `run` is put together anew. Each answer is
 * read off runs.
 */

import { runtime } from '../csp/runtime.ts';
import { recv, select } from '../csp/select.ts';
import { sleep, Timer } from '../csp/timer.ts';
import { WaitGroup } from '../csp/wait-group.ts';
import { DeadlineExceeded, EndOfStream } from '../net/net-conn.ts';
import { discMsg, frameReadTimeoutMs } from '../p2p/base-protocol.ts';
import { newMsg, type Msg } from '../p2p/message.ts';
import { Peer, type PeerEnd } from '../p2p/peer.ts';
import { DiscError, discNetworkError, discRequested } from '../p2p/peer-error.ts';
import type { Protocol } from '../p2p/protocol.ts';
import { decodeDisconnect } from '../p2p/rlpx/disconnect.ts';
import { connOver, Line } from './one-peer.ts';
import { simulate, type BlockedTask } from './simulate.ts';

/** The lines at the end of a peer: three of `Peer.run`, and one of `Server.runPeer`. */
export const acts = ['close', 'tell', 'wait', 'report'] as const;
export type Act = (typeof acts)[number];

/** So long the farewell is on its way. */
export const farewellMs = 300;
/** So long each run is watched after the cause; longer than any clock of a peer. */
export const watchedMs = 60_000;

/** A line whose farewell takes a while, with the deadline of a real read. */
class SlowLine extends Line {
  override async readMsg(): Promise<Msg> {
    const tooLate = new Timer('line read', frameReadTimeoutMs);
    try {
      const event = await select({
        msg: recv(this.incoming),
        over: recv(this.over),
        tooLate: recv(tooLate),
      });
      if (event.case === 'over') throw new EndOfStream();
      if (event.case === 'tooLate') throw new DeadlineExceeded('read');
      return event.value;
    } finally {
      tooLate.stop();
    }
  }

  override async close(error: unknown): Promise<void> {
    const told = error instanceof DiscError && error.reason !== discNetworkError;
    if (told) await sleep(farewellMs);
    await super.close(error);
  }
}

/** A peer whose end stands in another order. */
class Reordered extends Peer {
  order: readonly Act[] = acts;
  /** What happens at `report`: from then on the peer is off the table. */
  onReport: () => void = () => undefined;

  override async run(): Promise<PeerEnd> {
    this.wg.go('readLoop', () => this.readLoop());
    this.wg.go('pingLoop', () => this.pingLoop());
    this.writeStart.trySend(undefined);
    this.startProtocols();
    const end = await this.firstCause();
    const { transport } = this.conn;
    for (const act of this.order) {
      if (act === 'close') this.closed.close();
      else if (act === 'tell') await transport.close(new DiscError(end.reason));
      else if (act === 'wait') await this.wg.wait();
      else this.onReport();
    }
    return end;
  }
}

export interface Ending {
  /** When the peer left the table, after the cause; undefined if it did not. */
  readonly reportedMs: number | undefined;
  /** Its tasks at that moment. */
  readonly aliveThen: readonly string[];
  /** What the remote was told, and how long after the cause. */
  readonly told: { readonly reason: number; readonly ms: number } | undefined;
  /** Messages that eth took after the cause. */
  readonly takenLate: number;
  /** Tasks of the peer at the end, and on what they waited. */
  readonly left: readonly Pick<BlockedTask, 'task' | 'on'>[];
}

export interface Remote {
  /** It says a message each 100 ms, until it hears that it is over; else it says nothing. */
  readonly talks: boolean;
}

/** Somebody asks the peer to leave, while eth reads what comes. */
export async function endIn(
  order: readonly Act[],
  remote: Remote,
  schedule = '',
): Promise<Ending> {
  const { outcome, left } = await simulate({ schedule }, () => play(order, remote));
  if (outcome.status !== 'done') throw new Error(`teardown: ${outcome.status}`);
  const names = new Set(outcome.value.names);
  return {
    ...outcome.value.ending,
    left: left
      .filter(({ task }) => names.has(task))
      .map(({ task, on }) => ({ task, on })),
  };
}

/** After so many milliseconds somebody asks for the end. */
const causeMs = 1_050;

async function play(
  order: readonly Act[],
  { talks }: Remote,
): Promise<{ ending: Omit<Ending, 'left'>; names: readonly string[] }> {
  const line = new SlowLine();
  let takenLate = 0;
  const run: Protocol['run'] = async (_peer, rw) => {
    for (;;) {
      await rw.readMsg();
      if (runtime().now() > causeMs) takenLate++;
    }
  };
  const protocols = [{ name: 'eth', version: 63, length: 17, run }];
  const peer = new Reordered(connOver(line, protocols), protocols);
  peer.order = order;
  let reported: { ms: number; alive: readonly string[] } | undefined;
  peer.onReport = () => {
    reported = { ms: runtime().now() - causeMs, alive: peer.wg.names };
  };
  const tasks = new WaitGroup();
  tasks.go('runPeer', async () => {
    await peer.run();
  });
  let told: Ending['told'];
  tasks.go('remote', async () => {
    for (;;) {
      await sleep(100);
      const farewell = line.heard.find(({ code }) => code === discMsg);
      if (farewell !== undefined) return;
      if (talks) line.incoming.trySend(newMsg(16, Uint8Array.of(0xc0)));
    }
  });
  await sleep(causeMs);
  await peer.disconnect(discRequested);
  for (let ms = 0; ms < watchedMs; ms += 50) {
    const farewell = line.heard.find(({ code }) => code === discMsg);
    if (farewell !== undefined && told === undefined) {
      told = { reason: decodeDisconnect(farewell.payload), ms };
    }
    await sleep(50);
  }
  return {
    ending: {
      reportedMs: reported?.ms,
      aliveThen: reported?.alive ?? [],
      told,
      takenLate,
    },
    names: peer.wg.names,
  };
}
