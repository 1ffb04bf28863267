/** The scenarios that pages, exercises and tests run, by name. */

import { discMsg, handshakeMsg, pingMsg, pongMsg } from '../p2p/base-protocol.ts';
import { helloScenarios } from './hello-scenarios.ts';
import { remoteDials } from './remote-dials.ts';
import {
  readScenario,
  type BesideSpec,
  type ProtocolKind,
  type Scenario,
  type Step,
} from './scenario.ts';
import { sortingScenarios } from './sorting-scenarios.ts';
import { tokenScenarios } from './token-scenarios.ts';
import { waitingScenarios } from './waiting-scenarios.ts';

/** Node A, complete, and a remote B that dials it and plays a script. */
function remote(
  steps: readonly Step[],
  options: {
    readonly protocol?: ProtocolKind;
    readonly deaf?: true;
    readonly afterMs?: number;
    readonly quirks?: readonly string[];
    readonly latencyMs?: number;
    /** What A speaks besides eth/62 and eth/63, and what B says it speaks. */
    readonly beside?: BesideSpec;
    readonly caps?: readonly string[];
  } = {},
): Scenario {
  const { protocol = 'eth', deaf, beside, caps, afterMs = 20_000, ...rest } = options;
  return remoteDials(steps, {
    ...rest,
    afterMs,
    a: { protocol, ...(beside !== undefined && { beside: [beside] }) },
    b: { ...(deaf !== undefined && { deaf }), ...(caps !== undefined && { caps }) },
  });
}

/**
 * One way, in the runs that the site shows: with none at all, everything would happen at
 * 0 ms. It is a plausible line between two cities; the number is ours.
 */
const lineMs = 25;

const quiet: Step = { do: 'sleep', ms: 100 };
const goodStatus: Step = { do: 'status' };
/** Wire code of an eth message in a run without another protocol: its codes begin at 16. */
const eth = (code: number): number => 16 + code;

/** Good Status, then one message, then a while in which all may be well. */
function sends(code: number, payload: string): Scenario {
  const steps: readonly Step[] = [goodStatus, quiet, { do: 'send', code, payload }];
  return remote(steps, { afterMs: 3_000 });
}

const chat: BesideSpec = { name: 'chat', version: 1, length: 4 };
const note: BesideSpec = { name: 'note', version: 1, length: 4, greets: true };

/** A has eth/62 and eth/63. What do the codes mean, when the lists are these? */
function codes(
  caps: readonly string[],
  steps: readonly Step[],
  beside?: BesideSpec,
  afterMs = 3_000,
): Scenario {
  return remote(steps, { caps, afterMs, ...(beside !== undefined && { beside }) });
}

export const scenarios = {
  /** Two of our nodes: A dials B, syncs its eight blocks at the 10 s tick, and stops. */
  meet: readScenario({
    version: 1,
    nodes: {
      A: { kind: 'node', blocks: 0, dials: ['B'] },
      B: { kind: 'node', blocks: 8 },
    },
    transport: 'rlpx',
    latencyMs: lineMs,
    quirks: [],
    stop: { afterMs: 20_000, when: 'synced' },
  }),
  'remote-closes': remote([goodStatus, quiet, { do: 'close' }]),
  'remote-disconnects': remote([goodStatus, quiet, { do: 'disconnect', reason: 4 }]),
  'code-past-the-end': remote([
    goodStatus,
    quiet,
    { do: 'send', code: eth(17), payload: 'c0' },
  ]),
  'reserved-base-code': sends(5, 'c0'),
  'second-hello': sends(handshakeMsg, 'c0'),
  ping: sends(pingMsg, 'c0'),
  'unasked-pong': sends(pongMsg, 'c0'),
  'disconnect-without-a-reason': sends(discMsg, 'c0'),
  'reason-13': remote([goodStatus, quiet, { do: 'disconnect', reason: 13 }]),
  'reason-17': remote([goodStatus, quiet, { do: 'disconnect', reason: 17 }]),
  'other-genesis-and-network': remote([
    { do: 'status', genesis: 'other', networkId: 1 },
  ]),
  'other-network': remote([{ do: 'status', networkId: 1 }]),
  'no-status': remote([]),
  'second-status': remote([goodStatus, quiet, goodStatus], { latencyMs: lineMs }),
  'hole-in-the-codes': remote([
    goodStatus,
    quiet,
    { do: 'send', code: eth(0x0a), payload: 'c0' },
  ]),
  'second-status-2018': remote([goodStatus, quiet, goodStatus], {
    quirks: ['maskedRemoval'],
  }),
  'protocol-returns': remote([], { protocol: 'returns' }),
  'protocol-writes-past-its-codes': remote([], { protocol: 'writes-past-its-codes' }),
  'silence-after-status': remote([goodStatus], { afterMs: 3_000 }),
  'dead-line': remote([goodStatus], { afterMs: 40_000 }),
  'asked-to-leave': remote([], { protocol: 'asks-to-leave' }),
  'remote-stops-reading': remote([{ do: 'sleep', ms: 25_000 }], {
    protocol: 'writes-without-end',
    deaf: true,
    afterMs: 40_000,
  }),
  /** Two hundred Pings at once; the line to B is full by then, so that every Pong waits. */
  'ping-flood': remote(
    [
      quiet,
      { do: 'bytes', hex: '0000000200000001c0'.repeat(200) },
      { do: 'sleep', ms: 25_000 },
    ],
    { protocol: 'writes-without-end', deaf: true, afterMs: 40_000 },
  ),
  /** A second Status, and a Disconnect right behind it: A has two reasons to end. */
  'two-causes': remote([
    goodStatus,
    quiet,
    goodStatus,
    { do: 'disconnect', reason: 4 },
  ]),
  'protocol-will-not-leave': remote([quiet, { do: 'disconnect', reason: 4 }], {
    protocol: 'sleeps',
    afterMs: 3_000,
  }),
  /** Two of our nodes: what one of them speaks, the other does not. */
  'codes-strangers': readScenario({
    version: 1,
    nodes: {
      A: { kind: 'node', versions: [63], dials: ['B'] },
      B: { kind: 'node', versions: [62] },
    },
    transport: 'rlpx',
    latencyMs: lineMs,
    quirks: [],
    stop: { afterMs: 3_000 },
  }),
  'codes-nothing-in-common': codes(['eth/64', 'eth/65'], []),
  'codes-eth-62-alone': codes(
    ['eth/62'],
    [
      { do: 'status', version: 62 },
      quiet,
      { do: 'send', code: eth(13), payload: 'c0' },
    ],
  ),
  'codes-lower-version-gone': codes(['eth/62', 'eth/63', 'note/1'], [goodStatus], note),
  'codes-said-twice': codes(
    ['note/1', 'eth/63', 'eth/62', 'eth/63'],
    [goodStatus],
    note,
  ),
  'codes-chat-before-eth': codes(
    ['eth/63', 'chat/1'],
    [{ do: 'status', code: 20 }],
    chat,
  ),
  'codes-chat-on-one-side': codes(['eth/63'], [goodStatus], chat),
  'codes-chat-forgotten': codes(['eth/63', 'chat/1'], [goodStatus], chat, 8_000),
  'codes-chat-of-another-length': codes(
    ['eth/63', 'chat/1'],
    [{ do: 'status', code: 21 }],
    chat,
  ),
  ...helloScenarios,
  ...sortingScenarios,
  ...waitingScenarios,
  ...tokenScenarios,
} as const satisfies Readonly<Record<string, Scenario>>;

export type ScenarioName = keyof typeof scenarios;
