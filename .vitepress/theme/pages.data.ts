import { listPages, type PageInfo } from '../build/pages.ts';

export interface PagesData {
  readonly pages: readonly PageInfo[];
}

declare const data: PagesData;
export { data };

export default {
  watch: ['../../docs/**/*.md'],
  load(): PagesData {
    return { pages: listPages() };
  },
};
