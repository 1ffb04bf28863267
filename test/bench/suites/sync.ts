/**
 * Whole chains from one of our complete nodes to another, from the dial to the last block.
 * Blocks without transactions tell what the protocol costs.
 */

import type { Child, Children } from '../children.ts';
import type { Plan } from '../plan.ts';
import type { Figures } from '../record.ts';
import type { Dialed } from '../work.ts';

const fetchMs = 180_000;
const transactionsPerBlock = 4;

export async function sync(
  children: Children,
  plan: Plan,
  figures: Figures,
): Promise<void> {
  const server = await children.startStack('ours', 'node with blocks');
  const empty = plan.chains.map((blocks) => ({ blocks, txs: 0 }));
  const full = { blocks: plan.fullBlocks, txs: transactionsPerBlock };
  const enodes = await server.call('serveChains', [[...empty, full]]);
  const enodeOf = (index: number): string => enodes[index] ?? '';
  for (let round = 0; round < plan.syncRounds; round++) {
    const rates: number[] = [];
    for (const [i, blocks] of plan.chains.entries()) {
      const { seconds, cpuMs } = await fetchInto(children, enodeOf(i), blocks);
      rates.push(blocks / seconds);
      figures.add(`sync/${blocks}`, 'ours', blocks / seconds);
      figures.add(`sync-cpu/${blocks}`, 'ours', (1000 * cpuMs) / blocks);
    }
    figures.add('sync/linear', 'ours', (rates.at(-1) ?? NaN) / (rates[0] ?? NaN));
    const { seconds } = await fetchInto(
      children,
      enodeOf(plan.chains.length),
      full.blocks,
    );
    figures.add('sync/full-blocks', 'ours', full.blocks / seconds);
  }
}

/** In a new process each time, as a user starts one. */
async function fetchInto(
  children: Children,
  enode: string,
  blocks: number,
): Promise<Dialed> {
  const child: Child = await children.startStack('ours', 'node without blocks');
  const result = await child.call('fetchChain', [enode, blocks], fetchMs);
  child.kill();
  return result;
}
