/** A remote that does what a script says, and writes down what it hears. */

import { fromHex, toHex } from '../bytes.ts';
import { Done } from '../csp/done.ts';
import { runtime } from '../csp/runtime.ts';
import { recv, select } from '../csp/select.ts';
import { Timer } from '../csp/timer.ts';
import { WaitGroup } from '../csp/wait-group.ts';
import type { Chain } from '../core/chain.ts';
import { keccakHash } from '../core/hash.ts';
import { hashHeader } from '../core/header.ts';
import { encodeStatus } from '../eth/protocol.ts';
import {
  baseProtocolLength,
  baseProtocolVersion,
  discMsg,
  handshakeMsg,
  pingMsg,
  pongMsg,
} from '../p2p/base-protocol.ts';
import { EndOfStream, type NetConn } from '../net/net-conn.ts';
import type { EncTransport, NewTransport, Transport } from '../p2p/conn.ts';
import type { Node, NodeID } from '../p2p/enode.ts';
import { newMsg, sendItems, type Msg } from '../p2p/message.ts';
import { DiscError, type DiscReason } from '../p2p/peer-error.ts';
import type { Cap } from '../p2p/protocol.ts';
import { decodeDisconnect, encodeDisconnect } from '../p2p/rlpx/disconnect.ts';
import type { ScriptSpec, Step } from './scenario.ts';

/** What reached the remote. */
export interface Heard {
  readonly messages: readonly {
    readonly atMs: number;
    readonly code: number;
    readonly payload: string;
  }[];
  /** The other side's Hello came. If not, it has refused us where Hello was due, or closed. */
  readonly greeted: boolean;
  /** The reason of a Disconnect, if one came. */
  readonly reason: DiscReason | undefined;
  /** When the connection ended on the other side; undefined while it lives. */
  readonly endedAtMs: number | undefined;
}

export interface ScriptRun {
  readonly spec: ScriptSpec;
  /** Under the transport: where bytes go that are no message. */
  readonly fd: NetConn;
  readonly transport: NewTransport;
  readonly privateKey: Uint8Array;
  readonly self: NodeID;
  readonly dest: Node;
  /** The chain whose Status the remote claims, unless the script says otherwise. */
  readonly chain: Chain;
  readonly onHeard: (heard: Heard) => void;
}

/** @returns what was heard until the connection ended */
export async function playScript(run: ScriptRun): Promise<Heard> {
  const { spec } = run;
  if (spec.mute === true) return playMute(run);
  const messages: { atMs: number; code: number; payload: string }[] = [];
  let reason: DiscReason | undefined;
  let isOver = false;
  const ended = new Done('the other side closed');
  const listening = new Done('it listens');
  const tasks = new WaitGroup(() => undefined); // a script that cannot go on is no fault

  const named = await run.transport.doEncHandshake(run.privateKey, run.dest);
  const transport = await greet(named, run);
  if (transport instanceof Error) {
    await run.transport.close(undefined);
    const endedAtMs = runtime().now();
    const reason = transport instanceof DiscError ? transport.reason : undefined;
    return { messages, greeted: false, reason, endedAtMs };
  }
  const heard = (): Heard => ({
    messages: [...messages],
    greeted: true,
    reason,
    endedAtMs: ended.closed ? runtime().now() : undefined,
  });
  if (spec.deaf !== true) listening.close();
  tasks.go('listen', async () => {
    try {
      await listening.wait();
      for (;;) {
        const { code, payload } = await transport.readMsg();
        messages.push({ atMs: runtime().now(), code, payload: toHex(payload) });
        if (code === discMsg) reason = decodeDisconnect(payload);
        if (code === pingMsg && spec.answers === true && !isOver)
          await sendItems(transport, pongMsg);
        run.onHeard(heard());
      }
    } finally {
      ended.close();
      run.onHeard(heard());
    }
  });
  tasks.go('script', async () => {
    try {
      for (const step of spec.steps) await perform(step, transport, run, ended);
    } finally {
      isOver = true;
      listening.close();
    }
  });
  await ended.wait();
  const result = heard();
  await transport.close(undefined);
  await tasks.wait();
  return result;
}

/** What a script says where Hello is due, if it is not the Hello of a node of ours. */
export function firstOf(spec: ScriptSpec, self: NodeID): Msg | 'nothing' | undefined {
  const { hello, insteadOfHello: instead } = spec;
  if (hello !== undefined) {
    return newMsg(handshakeMsg, fromHex(hello.replaceAll('{id}', self)));
  }
  if (instead === undefined || instead === 'nothing') return instead;
  return newMsg(instead.code, fromHex(instead.payload));
}

/** A remote that opens the connection, and does not say who it is. */
async function playMute({ spec, fd, onHeard }: ScriptRun): Promise<Heard> {
  const ended = new Done('the other side closed');
  const tasks = new WaitGroup(() => undefined); // as above
  tasks.go('script', async () => {
    for (const step of spec.steps) {
      if (step.do === 'sleep') await pause(step.ms, ended);
      else if (step.do === 'bytes') await fd.write(fromHex(step.hex));
    }
  });
  const heard = { messages: [], greeted: false, reason: undefined };
  onHeard({ ...heard, endedAtMs: undefined });
  try {
    for (;;) await fd.readFull(1);
  } catch {
    ended.close(); // the end, which it waits for
  }
  const endedAtMs = runtime().now();
  await fd.close();
  await tasks.wait();
  return { ...heard, endedAtMs };
}

async function pause(ms: number, ended: Done): Promise<void> {
  const timer = new Timer('script', ms);
  await select({ over: recv(timer), ended: recv(ended) });
  timer.stop();
}

/** @returns what messages go through, or what came where Hello was due: a Disconnect, or the end */
async function greet(
  named: EncTransport,
  run: ScriptRun,
): Promise<Transport | DiscError | EndOfStream> {
  const caps = (run.spec.caps ?? ['eth/63']).map(capOf);
  const id = fromHex(run.self);
  const our = { version: baseProtocolVersion, name: 'script', caps, listenPort: 0, id };
  try {
    return (await named.doProtoHandshake(our)).messages;
  } catch (error) {
    if (error instanceof DiscError || error instanceof EndOfStream) return error;
    throw error;
  }
}

async function perform(
  step: Step,
  transport: Transport,
  run: ScriptRun,
  ended: Done,
): Promise<void> {
  switch (step.do) {
    case 'status': {
      const code = step.code ?? baseProtocolLength;
      return transport.writeMsg(newMsg(code, status(step, run.chain)));
    }
    case 'send':
      return transport.writeMsg(newMsg(step.code, fromHex(step.payload)));
    case 'disconnect':
      return transport.writeMsg(newMsg(discMsg, encodeDisconnect(step.reason)));
    case 'bytes':
      return run.fd.write(fromHex(step.hex));
    case 'sleep':
      return pause(step.ms, ended);
    case 'close':
      return transport.close(undefined);
  }
}

function capOf(text: string): Cap {
  const [name = '', version] = text.split('/');
  return { name, version: Number(version) };
}

function status(step: Extract<Step, { do: 'status' }>, chain: Chain): Uint8Array {
  return encodeStatus({
    protocolVersion: step.version ?? 63,
    networkId: BigInt(step.networkId ?? 1337),
    td: chain.currentTd,
    head: hashHeader(chain.currentHeader),
    genesis:
      step.genesis === 'other' ? keccakHash(new Uint8Array()) : chain.genesisHash,
  });
}
