/**
 * What the message sorter computes: the node's own `Peer` gets one message, on the
 * virtual clock, and says by what it does where the message ended up.
 */
import { fromHex } from '../../../impl/bytes.ts';
import { Done } from '../../../impl/csp/done.ts';
import { sleep } from '../../../impl/csp/timer.ts';
import { WaitGroup } from '../../../impl/csp/wait-group.ts';
import { protocolLength } from '../../../impl/eth/protocol.ts';
import { discMsg, pingMsg, pongMsg } from '../../../impl/p2p/base-protocol.ts';
import { newMsg, type Msg } from '../../../impl/p2p/message.ts';
import type { DiscReason } from '../../../impl/p2p/peer-error.ts';
import { Peer, pendingPings, type PeerEnd } from '../../../impl/p2p/peer.ts';
import { pongBurst } from '../../../impl/p2p/pong-budget.ts';
import type { Protocol } from '../../../impl/p2p/protocol.ts';
import { decodeDisconnect } from '../../../impl/p2p/rlpx/disconnect.ts';
import { unpackPayload } from '../../../impl/p2p/rlpx/payload.ts';
import { connOver, Line } from '../../../impl/sim/one-peer.ts';
import { simulate } from '../../../impl/sim/simulate.ts';

/** Where a message can end up, in the order of the page. */
export const trays = [
  'answered',
  'ignored',
  'handed',
  'waits',
  'told',
  'silent',
] as const;
export type Tray = (typeof trays)[number];

export const payloads = ['c0', 'c104', '04', 'ffffff', '00'.repeat(2_049)] as const;
export type Payload = (typeof payloads)[number];

/** So many Pings fit before one has to wait: those that are answered, and the channel. */
export const pingsBefore = pongBurst + pendingPings;

export interface Setting {
  readonly code: number;
  readonly payload: Payload;
  /** Both speak chat/1 too, which sorts before eth. */
  readonly chat: boolean;
  /** A's eth is in a handler, and takes nothing. */
  readonly busy: boolean;
  /** As many Pings as fit came at the same moment, before the message. */
  readonly pings: boolean;
}

export interface Sorted {
  readonly tray: Tray;
  /** Who has taken the message, and under which of its own codes. */
  readonly taken?: { readonly protocol: string; readonly code: number };
  /** The reason that the remote is told. */
  readonly reason?: number;
  /** A's own error, if the peer is over. */
  readonly error?: string;
}

/** A line whose messages come out of frames, as over RLPx, and are counted. */
class CountedLine extends Line {
  /** How often the next message was asked for. */
  asked = 0;

  override async readMsg(): Promise<Msg> {
    this.asked++;
    const { code, payload } = await super.readMsg();
    return unpackPayload({ code, data: payload }, false);
  }

  get pongs(): number {
    return this.heard.filter(({ code }) => code === pongMsg).length;
  }

  get reason(): DiscReason | undefined {
    const goodbye = this.heard.find(({ code }) => code === discMsg);
    return goodbye === undefined ? undefined : decodeDisconnect(goodbye.payload);
  }
}

let last: Promise<unknown> = Promise.resolve();

/** One after the other: two runs cannot share the clock. */
export function sorted(setting: Setting): Promise<Sorted> {
  const next = last.then(() => run(setting));
  last = next.catch(() => undefined);
  return next;
}

async function run(setting: Setting): Promise<Sorted> {
  const { outcome } = await simulate({ schedule: '' }, () => live(setting));
  if (outcome.status === 'done') return outcome.value;
  throw outcome.status === 'threw' ? outcome.error : new Error(outcome.status);
}

async function live(setting: Setting): Promise<Sorted> {
  const line = new CountedLine();
  let taken: Sorted['taken'];
  const protocol = (name: string, version: number, length: number): Protocol => ({
    ...{ name, version, length },
    run: async (_peer, rw) => {
      if (name === 'eth' && setting.busy) await new Done('the handler is done').wait();
      for (;;) {
        const { code } = await rw.readMsg();
        taken = { protocol: `${name}/${version}`, code };
      }
    },
  });
  const protocols = [
    ...(setting.chat ? [protocol('chat', 1, 4)] : []),
    protocol('eth', 63, protocolLength(63)),
  ];
  const peer = new Peer(connOver(line, protocols), protocols);
  let end: PeerEnd | undefined;
  new WaitGroup().go('runPeer', async () => {
    end = await peer.run();
  });
  const bring = async (code: number, payload: string): Promise<void> => {
    await line.incoming.send(newMsg(code, fromHex(payload)));
  };
  if (setting.pings) {
    for (let i = 0; i < pingsBefore; i++) await bring(pingMsg, 'c0');
  }
  await sleep(1);
  const { asked, pongs } = line;
  await bring(setting.code, setting.payload);
  await sleep(1);

  if (peer.closed.closed) {
    // The last protocol may still be busy: what the remote hears does not wait for it.
    const error = end === undefined ? {} : { error: end.error.message };
    if (line.reason === undefined) return { tray: 'silent', ...error };
    return { tray: 'told', reason: line.reason, ...error };
  }
  if (line.asked === asked) return { tray: 'waits' };
  if (taken !== undefined) return { tray: 'handed', taken };
  return { tray: line.pongs > pongs ? 'answered' : 'ignored' };
}
