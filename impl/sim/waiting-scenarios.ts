/** Who waits for whom while a handler is busy: runs for chapter 9. */

import { baseProtocolLength, discMsg, pingMsg } from '../p2p/base-protocol.ts';
import { readScenario, type Scenario, type Step } from './scenario.ts';

interface Busy {
  /** How long A's eth is busy with each of its messages. */
  readonly eth?: number;
  readonly chat?: number;
}

interface Options {
  /** In the place of chat. */
  readonly beside?: 'note';
  readonly transport?: 'rlpx';
  readonly latencyMs?: number;
  readonly afterMs?: number;
}

/** B dials A and plays the steps. Both speak chat/1, with four codes, and eth/63. */
function waits(steps: readonly Step[], busy: Busy, options: Options = {}): Scenario {
  const { eth: busyMs } = busy;
  const { beside = 'chat', latencyMs, afterMs = 3_000 } = options;
  const other = { name: beside, version: 1, length: 4, busyMs: busy.chat };
  return readScenario({
    version: 1,
    nodes: {
      A: { kind: 'node', protocol: 'listens', busyMs, beside: [other] },
      B: { kind: 'script', steps, caps: [`${beside}/1`, 'eth/63'] },
    },
    transport: options.transport ?? 'plain',
    latencyMs,
    quirks: [],
    stop: { afterMs, when: 'parted' },
  });
}

/** So long a block takes the handler of this chapter. */
export const busyMs = 700;
/** Longer than any of these runs. */
const forEver = 100_000;

const send = (code: number, payload = 'c0'): Step => ({ do: 'send', code, payload });
/** chat has four codes, and eth begins behind them. */
export const chatOffset = baseProtocolLength;
export const ethOffset = chatOffset + 4;
const chat = (code: number): Step => send(chatOffset + code);
const eth = (code: number): Step => send(ethOffset + code);
const ping = send(pingMsg);
const quiet: Step = { do: 'sleep', ms: 100 };
/** “Too many peers”, 100 ms after the rest. */
const leaves: readonly Step[] = [quiet, send(discMsg, 'c104')];
/** 160 KiB for eth. The line has room for 64, and a write may wait for 20 s. */
const large = Array.from({ length: 40 }, () => send(ethOffset, '00'.repeat(4_088)));

export const waitingScenarios = {
  /**
   * The run that the page plays: two new blocks, a message for note, whose codes lie
   * behind those of eth, and a Ping.
   */
  'waits-played': waits(
    [send(16 + 7), send(16 + 7), send(33), ping, ...leaves],
    { eth: busyMs },
    { beside: 'note', transport: 'rlpx', latencyMs: 25 },
  ),
  'waits-nobody': waits([eth(1), eth(2), chat(1), ping, ...leaves], {}),
  'waits-one': waits([eth(1), chat(1), ping, ...leaves], { eth: busyMs }),
  'waits-two': waits([eth(1), eth(2), chat(1), ping, ...leaves], { eth: busyMs }),
  'waits-three': waits([eth(1), eth(2), eth(3), chat(1), ping, ...leaves], {
    eth: busyMs,
  }),
  'waits-chat-slow': waits([chat(1), chat(2), eth(1), ping, ...leaves], {
    chat: busyMs,
  }),
  'waits-for-ever': waits([eth(1), eth(2), chat(1), ping, ...leaves], { eth: forEver }),
  'waits-full-line': waits(large, { eth: forEver }, { afterMs: 19_000 }),
  /** Two nodes of ours: A is busy with the first message, B writes until its clock strikes. */
  'waits-two-nodes': readScenario({
    version: 1,
    nodes: {
      A: { kind: 'node', protocol: 'listens', busyMs: forEver },
      B: { kind: 'node', protocol: 'writes-without-end', dials: ['A'] },
    },
    transport: 'plain',
    quirks: [],
    stop: { afterMs: 40_000 },
  }),
  /** What eth is busy with is not in the way of chat. */
  'waits-behind-chat': waits([eth(1), chat(1), chat(2), ...leaves], { eth: busyMs }),
  'waits-both-slow': waits([eth(1), chat(1), chat(2), ...leaves], {
    ...{ eth: busyMs, chat: 300 },
  }),
  'waits-each-once': waits([eth(1), chat(1), ...leaves], {
    ...{ eth: forEver, chat: forEver },
  }),
  /** The run of an exercise. */
  'waits-table': waits(
    [eth(1), chat(1), chat(2), eth(2), ping, send(discMsg, 'c104')],
    {
      ...{ eth: 300, chat: 500 },
    },
  ),
} as const satisfies Readonly<Record<string, Scenario>>;

export type WaitingName = keyof typeof waitingScenarios;
