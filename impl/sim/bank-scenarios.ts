/** Situations of the banks of chapters 1 and 11, which no other page plays. */

import { pingMsg } from '../p2p/base-protocol.ts';
import {
  readScenario,
  type NodeSpec,
  type Scenario,
  type ScriptSpec,
  type Step,
} from './scenario.ts';

interface Options {
  readonly a?: Partial<Omit<NodeSpec, 'kind'>>;
  readonly b?: Partial<Omit<ScriptSpec, 'kind' | 'steps'>>;
  readonly latencyMs?: number;
  readonly afterMs?: number;
}

/** B dials A and plays the steps; both speak eth/63 unless the options say otherwise. */
function bank(steps: readonly Step[], options: Options = {}): Scenario {
  const { a, b, latencyMs, afterMs = 3_000 } = options;
  return readScenario({
    version: 1,
    nodes: {
      A: { kind: 'node', blocks: 8, ...a },
      B: { kind: 'script', steps, ...b },
    },
    transport: 'plain',
    latencyMs,
    quirks: [],
    stop: { afterMs, when: 'parted' },
  });
}

const quiet: Step = { do: 'sleep', ms: 100 };
const send = (code: number): Step => ({ do: 'send', code, payload: 'c0' });
/** chat sorts before eth: its codes are 16 to 19, and those of eth begin at 20. */
const firstOfChat = 16;
const statusBehindChat: Step = { do: 'status', code: 20 };

export const bankScenarios = {
  /** A's Status has come when B says its own. */
  'first-waits-for-status': bank([{ do: 'sleep', ms: 500 }, { do: 'status' }], {
    ...{ latencyMs: 25, afterMs: 8_000 },
  }),
  'first-eth-62': bank([{ do: 'status', version: 62 }], { b: { caps: ['eth/62'] } }),
  'first-ping': bank([send(pingMsg), quiet, { do: 'status' }]),
  /** A's protocol looks at nothing for an hour, and B's line ends without a word. */
  'last-closes': bank([quiet, { do: 'close' }], { a: { protocol: 'sleeps' } }),
  /** chat is busy for a minute; eth has the cause. */
  'last-of-two': bank([send(firstOfChat), statusBehindChat, quiet, statusBehindChat], {
    a: { beside: [{ name: 'chat', version: 1, length: 4, busyMs: 60_000 }] },
    b: { caps: ['chat/1', 'eth/63'] },
  }),
  /** The line is full and eth stands in a write. B disconnects, and reads no more. */
  'last-deaf': bank(
    [
      { do: 'sleep', ms: 2_000 },
      { do: 'disconnect', reason: 4 },
      { do: 'sleep', ms: 30_000 },
    ],
    { a: { protocol: 'writes-twenty' }, b: { deaf: true }, afterMs: 25_000 },
  ),
} as const satisfies Readonly<Record<string, Scenario>>;

export type BankName = keyof typeof bankScenarios;
