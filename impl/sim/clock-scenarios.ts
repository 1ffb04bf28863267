/** Who falls silent, and how: the runs of chapter 8. In each, one clock of A strikes first. */

import { pingMsg } from '../p2p/base-protocol.ts';
import { remoteDials } from './remote-dials.ts';
import {
  readScenario,
  type ProtocolKind,
  type Scenario,
  type ScriptSpec,
  type Step,
} from './scenario.ts';

/** So long each run is watched, if the peer does not end. */
const watchedMs = 100_000;
/** One way between the two nodes of the run that the page plays. */
const lineMs = 25;

/** Node A, and a remote B that dials it. */
function remote(
  steps: readonly Step[],
  b: Partial<Omit<ScriptSpec, 'kind' | 'steps'>> = {},
  protocol: ProtocolKind = 'eth',
): Scenario {
  return remoteDials(steps, { a: { protocol }, b, afterMs: watchedMs });
}

const status: Step = { do: 'status' };
const ping: Step = { do: 'send', code: pingMsg, payload: 'c0' };
/** GetBlockHeaders: one header, from block 0 on. */
const askForGenesis: Step = { do: 'send', code: 16 + 3, payload: 'c480018080' };
const sleep = (seconds: number): Step => ({ do: 'sleep', ms: seconds * 1000 });
/** The first byte of a message, or of anything. */
const oneByte: Step = { do: 'bytes', hex: '00' };
/** The head of a message of 8 bytes for code 17, and two of the 8. */
const halfAMessage: Step = { do: 'bytes', hex: '00000011' + '00000008' + 'c701' };

/** The head of a message of 8 bytes for code 16, where Status is due, and two of the 8. */
const halfAStatus: Step = { do: 'bytes', hex: '00000010' + '00000008' + 'c701' };

/** Again and again, with a pause before each; at most 20 times. */
function every(seconds: number, step: Step): readonly Step[] {
  const times = Math.min(20, watchedMs / 1000 / seconds);
  return Array.from({ length: times }, () => [sleep(seconds), step]).flat();
}

export const clockScenarios = {
  /** The run that the page plays: two nodes of ours with the same chain, and no news. */
  'clocks-quiet': readScenario({
    version: 1,
    nodes: {
      A: { kind: 'node', protocol: 'listens', dials: ['B'] },
      B: { kind: 'node', protocol: 'listens' },
    },
    transport: 'rlpx',
    latencyMs: lineMs,
    quirks: [],
    stop: { afterMs: 40_000 },
  }),
  'clocks-silence': remote([status]),
  'clocks-pings-alone': remote([status, ...every(10, ping)]),
  'clocks-pongs-alone': remote([status, sleep(100)], { answers: true }),
  'clocks-one-byte-each-20-s': remote([status, ...every(20, oneByte)]),
  'clocks-one-ping-each-20-s': remote([status, ...every(20, ping)]),
  'clocks-deaf': remote([status, ...every(10, ping)], { deaf: true }),
  'clocks-deaf-to-long-answers': remote(
    [sleep(100)],
    { deaf: true },
    'writes-without-end',
  ),
  'clocks-busy-line': remote([
    status,
    ...[3, 6, 5].flatMap((seconds) => [sleep(seconds), askForGenesis]),
  ]),
  'clocks-busy-protocol': remote([status], {}, 'sleeps'),
  'clocks-nothing-at-all': remote([], { mute: true }),
  'clocks-no-status': remote([]),
  // Two clocks or two rules in each: those of the chapter's bank.
  'clocks-late-status': remote([sleep(4), status]),
  'clocks-half-a-status': remote([sleep(4), halfAStatus]),
  'clocks-deaf-and-silent': remote([status, sleep(60)], { deaf: true }),
  'clocks-ping-to-a-busy-protocol': remote([ping], {}, 'sleeps'),
  // Those of an exercise.
  'clocks-pings-for-a-status': remote([...every(2, ping)]),
  'clocks-slow-handshake': remote([...every(2, oneByte)], { mute: true }),
  'clocks-half-a-message': remote([status, sleep(12), ping, sleep(12), halfAMessage]),
  'clocks-pongs-for-40-s': remote([status, sleep(40)], { answers: true }),
  'clocks-deaf-talker': remote(
    [...every(10, ping)],
    { deaf: true },
    'writes-without-end',
  ),
  'clocks-slow-protocol': remote([status, sleep(5), status], {}, 'slow'),
  'clocks-farewell-to-the-deaf': remote(
    [sleep(2), { do: 'disconnect', reason: 4 }, sleep(60)],
    { deaf: true },
    'writes-without-end',
  ),
} as const satisfies Readonly<Record<string, Scenario>>;

export type ClockName = keyof typeof clockScenarios;
