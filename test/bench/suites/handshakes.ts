/** Connections a second, and what each costs on either side. */

import type { Children } from '../children.ts';
import type { Plan } from '../plan.ts';
import type { Figures } from '../record.ts';
import type { StackName } from '../stack.ts';
import { profiled, startPair, type Pair } from './pair.ts';

const stacks: readonly StackName[] = ['ours', 'devp2p', 'transport', 'raw'];

export async function handshakes(
  children: Children,
  plan: Plan,
  figures: Figures,
): Promise<void> {
  const pairs: Pair[] = [];
  for (const stack of stacks) {
    pairs.push(await startPair(children, stack, 2 * plan.handshakes[stack]));
  }
  for (const pair of pairs) await warmUp(pair, plan, figures);
  for (let round = 0; round < plan.rounds; round++) {
    for (const atOnce of [1, plan.atOnce]) {
      for (const pair of pairs) {
        const count = plan.handshakes[pair.stack];
        const { perSecond, dialerMs, listenerMs } = await connectMany(
          pair,
          count,
          atOnce,
        );
        figures.add(`handshakes/${atOnce}`, pair.stack, perSecond);
        figures.add(`handshake-cpu/dialer/${atOnce}`, pair.stack, dialerMs);
        figures.add(`handshake-cpu/listener/${atOnce}`, pair.stack, listenerMs);
      }
    }
  }
  const [ours] = pairs;
  if (ours === undefined) return;
  await profiled('handshake', ours, figures, async () => {
    for (let round = 0; round < plan.rounds; round++) {
      await connectMany(ours, plan.handshakes[ours.stack], plan.atOnce);
    }
  });
}

/** What a new process pays for its first handshakes is told, and not mixed with the rest. */
async function warmUp(pair: Pair, plan: Plan, figures: Figures): Promise<void> {
  const { stack } = pair;
  const count = plan.handshakes[stack];
  for (let done = 0; done < plan.firstHandshakes[stack]; done += count) {
    const { dialerMs, listenerMs } = await connectMany(pair, count, plan.atOnce);
    if (done > 0) continue;
    figures.add('handshake-cpu/dialer/first', stack, dialerMs);
    figures.add('handshake-cpu/listener/first', stack, listenerMs);
  }
}

async function connectMany(
  { listener, dialer, address }: Pair,
  count: number,
  atOnce: number,
): Promise<{ perSecond: number; dialerMs: number; listenerMs: number }> {
  await dialer.call('prepare', [address, count]);
  const before = await listener.call('up', []);
  const cpu = await listener.call('cpu', []);
  const { seconds, cpuMs } = await dialer.call('dial', [atOnce]);
  const listenerMs = ((await listener.call('cpu', [])) - cpu) / 1000;
  const came = (await listener.call('up', [])) - before;
  if (came < count - atOnce) throw new Error(`${count} dialed and ${came} came`);
  await dialer.call('hangUp', []);
  return {
    perSecond: count / seconds,
    dialerMs: cpuMs / count,
    listenerMs: listenerMs / count,
  };
}
