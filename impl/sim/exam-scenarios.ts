/**
 * Two facts of different chapters meet in each of these: the runs of the exercise at the
 * end of chapter 6. B dials A and plays its steps; what it hears of the end is the answer.
 */

import { handshakeMsg } from '../p2p/base-protocol.ts';
import { remoteDials, type RemoteDials } from './remote-dials.ts';
import type { BesideSpec, Scenario, Step } from './scenario.ts';

/** Each is watched to its end: at the moment A is done with B, B may not have heard it yet. */
function exam(steps: readonly Step[], options: RemoteDials = {}): Scenario {
  return remoteDials(steps, { ...options, untilParted: false });
}

const note: BesideSpec = { name: 'note', version: 1, length: 4 };
const status: Step = { do: 'status' };
const quiet: Step = { do: 'sleep', ms: 100 };
const leaves: Step = { do: 'disconnect', reason: 4 };
const sleep = (seconds: number): Step => ({ do: 'sleep', ms: seconds * 1000 });
const send = (code: number, payload = 'c0'): Step => ({ do: 'send', code, payload });

/** Wire codes, where eth is the first protocol. */
const firstOfEth = 16;
const pastEth63 = 33;
const getBlockHeaders = firstOfEth + 3;
const reserved = 7;
/** A Hello without a capability, and with an empty id. */
const emptyHello = 'c505' + '80' + 'c0' + '80' + '80';
/** The peer ends, and its task does not: A's protocol sleeps for an hour. */
const sleeper = { protocol: 'sleeps' } as const;
const maskedRemoval = { quirks: ['maskedRemoval'] } as const;

export const examScenarios = {
  'exam-two-disconnects': exam([
    status,
    quiet,
    leaves,
    { do: 'disconnect', reason: 8 },
  ]),
  'exam-reason-1': exam([status, quiet, { do: 'disconnect', reason: 1 }]),
  'exam-bad-code-then-disconnect': exam([status, quiet, send(pastEth63), leaves]),
  'exam-code-26': exam([{ do: 'status', version: 62 }, quiet, send(26)], {
    ...{ a: { beside: [note] }, b: { caps: ['eth/62', 'note/1'] } },
  }),
  'exam-status-of-62': exam([{ do: 'status', version: 62 }], {
    b: { caps: ['eth/62', 'eth/63'] },
  }),
  'exam-request-before-status': exam([send(getBlockHeaders, 'c480018080'), status]),
  'exam-reserved-before-status': exam([sleep(3), send(reserved)], { afterMs: 40_000 }),
  'exam-leaves-before-status': exam([sleep(1), leaves], { afterMs: 40_000 }),
  'exam-reserved-at-20-s': exam([status, sleep(20), send(reserved)], {
    afterMs: 100_000,
  }),
  'exam-hello-without-capabilities': exam([
    status,
    quiet,
    send(handshakeMsg, emptyHello),
  ]),
  'exam-note-alone': exam([], {
    ...{ a: { beside: [note] }, b: { caps: ['note/1'] }, afterMs: 100_000 },
  }),
  'exam-bad-code-behind-a-message': exam([send(firstOfEth), quiet, send(pastEth63)], {
    ...{ a: sleeper, afterMs: 100_000 },
  }),
  'exam-one-of-two-returns': exam([], {
    ...{
      a: { protocol: 'returns', beside: [note] },
      b: { caps: ['eth/63', 'note/1'] },
    },
  }),
  'exam-writes-into-the-next-range': exam([], {
    a: { protocol: 'writes-past-its-codes', beside: [note] },
    b: { caps: ['eth/63', 'note/1'] },
  }),
  'exam-place-of-a-sleeper': exam([quiet], {
    a: { ...sleeper, maxPeers: 1 },
    ...{ b: { dialsAtMs: [500] }, c: [quiet, leaves] },
  }),
  'exam-comes-back-to-a-sleeper': exam([quiet, leaves], {
    ...{ a: sleeper, b: { dialsAtMs: [0, 500] } },
  }),
  'exam-2018-other-genesis': exam([{ do: 'status', genesis: 'other' }], maskedRemoval),
  'exam-2018-code-33': exam([status, quiet, send(pastEth63)], maskedRemoval),
  'exam-trusted-with-nothing-in-common': exam([], {
    a: { maxPeers: 1, trusts: ['B'] },
    ...{ b: { caps: ['les/2'], dialsAtMs: [500] }, c: [status] },
  }),
  'exam-other-genesis-and-version': exam([
    { do: 'status', genesis: 'other', version: 62, networkId: 1 },
  ]),
} as const satisfies Readonly<Record<string, Scenario>>;

export type ExamName = keyof typeof examScenarios;
