import { shownPages } from '../../.vitepress/build/exercise-pages.ts';

export default {
  watch: ['../../exercises/*/*.{md,ts}'],
  paths: shownPages,
};
