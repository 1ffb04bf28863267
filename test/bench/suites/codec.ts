/** The frame from published libraries, in one process, with nothing around it. */

import type { Children } from '../children.ts';
import type { Plan } from '../plan.ts';
import type { Figures } from '../record.ts';

export async function codec(
  children: Children,
  plan: Plan,
  figures: Figures,
): Promise<void> {
  const child = children.start('codec');
  for (let round = 0; round < plan.rounds; round++) {
    for (const size of plan.sizes) {
      const { sealUs, openUs } = await child.call('codec', [size, plan.codecMs]);
      figures.add(`codec/seal/${size}`, 'parts', sealUs);
      figures.add(`codec/open/${size}`, 'parts', openUs);
    }
  }
}
