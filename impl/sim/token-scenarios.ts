/** Who may write, who hears how it went, and who waits for what: runs for chapter 10. */

import { remoteDials } from './remote-dials.ts';
import type { BesideSpec, Scenario, Step } from './scenario.ts';

type Options = {
  readonly protocol?: 'eth' | 'sleeps' | 'writes-twenty' | 'writes-too-much';
  readonly chat?: Partial<BesideSpec>;
  readonly deaf?: true;
  readonly transport?: 'rlpx';
  readonly afterMs?: number;
};

/**
 * Node A with eth, and with chat/1 beside it if it says something; B dials it. chat sorts
 * first, so its codes are 16 to 19, and those of eth begin at 20.
 */
function remote(steps: readonly Step[], options: Options): Scenario {
  const { chat, protocol = 'eth', deaf, ...rest } = options;
  const beside = {
    name: 'chat',
    version: 1,
    length: 4,
    greets: true,
    ...chat,
  } as const;
  return remoteDials(steps, {
    ...rest,
    a: { protocol, ...(chat !== undefined && { beside: [beside] }) },
    b: {
      ...(deaf !== undefined && { deaf }),
      caps: chat === undefined ? ['eth/63'] : ['chat/1', 'eth/63'],
    },
  });
}

const status: Step = { do: 'status', code: 20 };
const sleep = (ms: number): Step => ({ do: 'sleep', ms });

export const tokenScenarios = {
  /** chat has the messages 0 to 3. */
  'token-past-its-codes': remote([status], { chat: { greeting: 4 } }),
  'token-past-its-codes-shrugged': remote([status], {
    chat: { greeting: 4, shrugs: true },
  }),
  /** The line is full and eth stands in a write; at 1 s chat says message 4. */
  'token-past-its-codes-full-line': remote([sleep(5_000)], {
    ...{ protocol: 'writes-twenty', deaf: true, afterMs: 8_000 },
    chat: { greeting: 4, greetsAfterMs: 1_000 },
  }),
  'token-past-its-codes-full-line-shrugged': remote([sleep(3_000)], {
    ...{ protocol: 'writes-twenty', deaf: true, afterMs: 5_000 },
    chat: { greeting: 4, greetsAfterMs: 1_000, shrugs: true },
  }),
  'token-too-large': remote([], { protocol: 'writes-too-much', transport: 'rlpx' }),
  /** eth fills the line and stands in a write; chat asks at 1 s, a Ping is due at 15 s. */
  'token-ping-overtakes': remote([sleep(16_000)], {
    protocol: 'writes-twenty',
    chat: { greetsAfterMs: 1_000 },
    deaf: true,
    afterMs: 17_000,
  }),
  /** The same line. B disconnects at 2 s, and reads from 2.5 s on. */
  'token-waits-at-the-end': remote(
    [sleep(2_000), { do: 'disconnect', reason: 4 }, sleep(500)],
    {
      protocol: 'writes-twenty',
      chat: { greetsAfterMs: 1_000 },
      deaf: true,
      afterMs: 5_000,
    },
  ),
  /** eth reads nothing, and B's Status waits for it. chat has something to say. */
  'token-reading-stands-still': remote([status], {
    protocol: 'sleeps',
    chat: { greetsAfterMs: 1_000 },
  }),
  /** The line is full, and B reads nothing for 25 s. */
  'token-line-breaks': remote([sleep(25_000)], {
    protocol: 'writes-twenty',
    chat: { greetsAfterMs: 1_000, shrugs: true },
    deaf: true,
    afterMs: 40_000,
  }),
} as const satisfies Readonly<Record<string, Scenario>>;

export type TokenName = keyof typeof tokenScenarios;
