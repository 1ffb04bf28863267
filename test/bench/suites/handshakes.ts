/** Connections a second, and what each costs on either side. */

import { parts, type Part } from '../catalogue.ts';
import type { Children } from '../children.ts';
import type { Plan } from '../plan.ts';
import type { Figures } from '../record.ts';
import type { StackName } from '../stack.ts';
import { startPair, type Pair } from './pair.ts';

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
  if (ours !== undefined) await profile(ours, plan, figures);
}

/** Where the CPU goes. Not in the rounds: to be watched costs as well. */
async function profile(pair: Pair, plan: Plan, figures: Figures): Promise<void> {
  const sides = [pair.dialer, pair.listener];
  for (const side of sides) await side.call('startProfile', []);
  for (let round = 0; round < plan.rounds; round++) {
    await connectMany(pair, plan.handshakes[pair.stack], plan.atOnce);
  }
  const shares = await Promise.all(sides.map((side) => side.call('stopProfile', [])));
  for (const part of Object.keys(parts) as Part[]) {
    const ofBoth = shares.reduce((sum, share) => sum + share[part], 0) / sides.length;
    figures.add(`handshake-share/${part}`, pair.stack, 100 * ofBoth);
  }
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
