/** Situations of the banks of chapters 1 and 11, which no other page plays. */

import { pingMsg } from '../p2p/base-protocol.ts';
import { remoteDials } from './remote-dials.ts';
import type { Scenario, Step } from './scenario.ts';

const quiet: Step = { do: 'sleep', ms: 100 };
const send = (code: number): Step => ({ do: 'send', code, payload: 'c0' });
/** chat sorts before eth: its codes are 16 to 19, and those of eth begin at 20. */
const firstOfChat = 16;
const statusBehindChat: Step = { do: 'status', code: 20 };

export const bankScenarios = {
  /** A's Status has come when B says its own. */
  'first-waits-for-status': remoteDials([{ do: 'sleep', ms: 500 }, { do: 'status' }], {
    ...{ latencyMs: 25, afterMs: 8_000 },
  }),
  'first-eth-62': remoteDials([{ do: 'status', version: 62 }], {
    b: { caps: ['eth/62'] },
  }),
  'first-ping': remoteDials([send(pingMsg), quiet, { do: 'status' }]),
  /** A's protocol looks at nothing for an hour, and B's line ends without a word. */
  'last-closes': remoteDials([quiet, { do: 'close' }], { a: { protocol: 'sleeps' } }),
  /** chat is busy for a minute; eth has the cause. */
  'last-of-two': remoteDials(
    [send(firstOfChat), statusBehindChat, quiet, statusBehindChat],
    {
      a: { beside: [{ name: 'chat', version: 1, length: 4, busyMs: 60_000 }] },
      b: { caps: ['chat/1', 'eth/63'] },
    },
  ),
  /** The line is full and eth stands in a write. B disconnects, and reads no more. */
  'last-deaf': remoteDials(
    [
      { do: 'sleep', ms: 2_000 },
      { do: 'disconnect', reason: 4 },
      { do: 'sleep', ms: 30_000 },
    ],
    { a: { protocol: 'writes-twenty' }, b: { deaf: true }, afterMs: 25_000 },
  ),
} as const satisfies Readonly<Record<string, Scenario>>;

export type BankName = keyof typeof bankScenarios;
