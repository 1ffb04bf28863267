/** Messages back and forth, and one way in all sizes. */

import { oneWayUnit } from '../catalogue.ts';
import type { Children } from '../children.ts';
import type { Plan } from '../plan.ts';
import type { Figures } from '../record.ts';
import type { StackName } from '../stack.ts';
import { connectOne, flood, profiled, startPair, type Pair } from './pair.ts';

const stacks: readonly StackName[] = ['ours', 'devp2p', 'transport', 'raw'];
const echoSize = 100;

export async function messages(
  children: Children,
  plan: Plan,
  figures: Figures,
): Promise<void> {
  const pairs: Pair[] = [];
  for (const stack of stacks) {
    const pair = await startPair(children, stack, 1);
    await connectOne(pair);
    await warm(pair, plan);
    pairs.push(pair);
  }
  for (let round = 0; round < plan.rounds; round++) {
    for (const { stack, dialer } of pairs) {
      const times = await dialer.call('roundTrips', [0, echoSize, plan.roundTrips]);
      figures.add('round-trip/p50', stack, times.p50Us);
      figures.add('round-trip/p99', stack, times.p99Us);
    }
    for (const size of plan.sizes) {
      for (const pair of pairs) await oneWay(pair, size, plan.floodMs, figures);
    }
  }
  const [ours] = pairs;
  const size = plan.sizes.at(-1);
  if (ours === undefined || size === undefined) return;
  await profiled('message', ours, figures, async () => {
    await flood(ours.dialer, ours.listener, { size, ms: plan.rounds * plan.floodMs });
  });
}

async function warm({ dialer, listener }: Pair, plan: Plan): Promise<void> {
  await dialer.call('roundTrips', [0, echoSize, Math.ceil(plan.roundTrips / 2)]);
  for (const size of plan.sizes) {
    await flood(dialer, listener, { size, ms: plan.warmMs });
  }
}

async function oneWay(
  { stack, dialer, listener }: Pair,
  size: number,
  ms: number,
  figures: Figures,
): Promise<void> {
  const { perSecond, senderUs, receiverUs } = await flood(dialer, listener, {
    size,
    ms,
  });
  const scale = oneWayUnit(size) === 'MiB/s' ? size / 2 ** 20 : 1;
  figures.add(`one-way/${size}`, stack, perSecond * scale);
  figures.add(`one-way-cpu/sender/${size}`, stack, senderUs);
  figures.add(`one-way-cpu/receiver/${size}`, stack, receiverUs);
}
