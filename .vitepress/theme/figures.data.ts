import { countFigures, type Figures } from '../data/figures.ts';

declare const data: Figures;
export { data };

export default {
  watch: ['../../docs/traces/*.jsonl', '../../impl/**/*.ts', '../../test/**/*.test.ts'],
  load(): Figures {
    return countFigures();
  },
};
