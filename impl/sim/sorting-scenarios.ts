/** What becomes of a message that `readLoop` brings: runs for chapter 7. */

import { discMsg, pingMsg } from '../p2p/base-protocol.ts';
import { remoteDials } from './remote-dials.ts';
import type { NodeSpec, Scenario, Step } from './scenario.ts';

interface Options {
  /** What A runs as eth/63. Default: it takes whatever comes, and says nothing. */
  readonly protocol?: NodeSpec['protocol'];
  /** Both speak chat/1 too, which sorts before eth and has four codes. */
  readonly chat?: true;
  readonly transport?: 'rlpx';
  readonly latencyMs?: number;
  readonly afterMs?: number;
}

/** B dials A and plays the steps. */
function sorts(steps: readonly Step[], options: Options = {}): Scenario {
  const { protocol = 'listens', chat, ...rest } = options;
  return remoteDials(steps, {
    ...rest,
    a: {
      protocol,
      ...(chat && { beside: [{ name: 'chat', version: 1, length: 4 }] }),
    },
    ...(chat && { b: { caps: ['chat/1', 'eth/63'] } }),
  });
}

const quiet: Step = { do: 'sleep', ms: 100 };
const leaves: Step = { do: 'disconnect', reason: 4 };
const send = (code: number, payload = 'c0'): Step => ({ do: 'send', code, payload });
const pings = (count: number): Step[] =>
  Array.from({ length: count }, () => send(pingMsg));
const zeros = (length: number): string => '00'.repeat(length);

/** The first message of eth, where eth is the only protocol. */
const firstOfEth = 16;
/** 2^63 in a list: eight bytes, and more than a `number` counts exactly. */
const hugeReason = 'c9888000000000000000';

export const sortingScenarios = {
  /** The run of the chapter: a message for each way out of `handle`. */
  'sorts-five': sorts(
    [
      { do: 'status' },
      quiet,
      send(pingMsg),
      quiet,
      send(7),
      quiet,
      // GetBlockBodies for none: eth answers with none.
      send(firstOfEth + 5),
      quiet,
      leaves,
    ],
    { protocol: 'eth', transport: 'rlpx', latencyMs: 25 },
  ),
  'sorts-17-pings': sorts([...pings(17), quiet, leaves]),
  'sorts-22-pings': sorts([...pings(22), quiet, leaves]),
  'sorts-disconnect-behind-a-message': sorts([send(firstOfEth), quiet, leaves], {
    ...{ protocol: 'sleeps', afterMs: 40_000 },
  }),
  'sorts-ping-behind-a-message': sorts([send(firstOfEth + 4), quiet, send(pingMsg)], {
    ...{ protocol: 'sleeps', chat: true },
  }),
  'sorts-for-chat-while-eth-sleeps': sorts([send(firstOfEth), quiet, send(pingMsg)], {
    ...{ protocol: 'sleeps', chat: true },
  }),
  'sorts-33-behind-chat': sorts([quiet, send(33)], { chat: true }),
  'sorts-37-behind-chat': sorts([quiet, send(37)], { chat: true }),
  'sorts-code-15': sorts([quiet, send(15)]),
  'sorts-junk-in-a-ping': sorts([quiet, send(pingMsg, 'ffffff')]),
  'sorts-largest-ping': sorts([quiet, send(pingMsg, zeros(2_048))], {
    transport: 'rlpx',
  }),
  'sorts-ping-too-large': sorts([quiet, send(pingMsg, zeros(2_049))], {
    transport: 'rlpx',
  }),
  'sorts-bare-reason': sorts([quiet, send(discMsg, '04')]),
  'sorts-junk-reason': sorts([quiet, send(discMsg, 'ffffff')]),
  'sorts-huge-reason': sorts([quiet, send(discMsg, hugeReason)]),
  // Two rules at once, for the bank of the chapter.
  'sorts-large-ping-behind-a-message': sorts(
    [send(firstOfEth), quiet, send(pingMsg, zeros(2_049))],
    { protocol: 'sleeps', transport: 'rlpx' },
  ),
  'sorts-code-7-too-large': sorts([quiet, send(7, zeros(2_049))], {
    transport: 'rlpx',
  }),
  'sorts-junk-reason-behind-22-pings': sorts([
    ...pings(22),
    quiet,
    send(discMsg, 'ffffff'),
  ]),
  'sorts-two-reasons': sorts([quiet, leaves, { do: 'disconnect', reason: 5 }]),
} as const satisfies Readonly<Record<string, Scenario>>;

export type SortingName = keyof typeof sortingScenarios;
