/** The recorded run of `npm run bench`, as the performance page shows it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { docsDir } from '../build/pages.ts';
import { performanceData, type PerformanceData } from '../data/performance.ts';

declare const data: PerformanceData;
export { data };

const folder = join(docsDir, 'reference');

export default {
  watch: ['../../docs/reference/performance*.json', '../../impl/p2p/*.ts'],
  load(): PerformanceData {
    return performanceData(
      readFileSync(join(folder, 'performance.json'), 'utf8'),
      readFileSync(join(folder, 'performance-geth.json'), 'utf8'),
    );
  },
};
