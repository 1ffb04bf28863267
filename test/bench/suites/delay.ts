/** How late the event loop is while messages flow, on either side. */

import type { Children } from '../children.ts';
import type { Plan } from '../plan.ts';
import type { Figures } from '../record.ts';
import { connectOne, flood, startPair } from './pair.ts';

export async function delay(
  children: Children,
  plan: Plan,
  figures: Figures,
): Promise<void> {
  // Only ours: what @ethereumjs/devp2p does to its loop is no goal of ours.
  const pair = await startPair(children, 'ours', 1);
  await connectOne(pair);
  const { dialer, listener } = pair;
  const sizes = [100, 1_048_576, plan.largeFrame];
  for (const size of sizes) await flood(dialer, listener, { size, ms: plan.warmMs });
  for (let round = 0; round < plan.rounds; round++) {
    for (const size of sizes) {
      await Promise.all([
        dialer.call('startDelay', []),
        listener.call('startDelay', []),
      ]);
      await flood(dialer, listener, { size, ms: plan.floodMs });
      const [sender, receiver] = await Promise.all([
        dialer.call('stopDelay', []),
        listener.call('stopDelay', []),
      ]);
      figures.add(`loop-delay/sender/${size}`, 'ours', sender.p99Ms);
      figures.add(`loop-delay/receiver/${size}`, 'ours', receiver.p99Ms);
    }
  }
}
