import { exercisePages } from '../../exercises/kit/page/page-data.ts';

export default {
  watch: ['../../exercises/*/*.{md,ts}'],
  paths: () => exercisePages(),
};
