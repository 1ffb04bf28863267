/** Adds the components of the exercises to the site; the theme finds this file. */
import type { Theme } from 'vitepress';
import HintFolds from './HintFolds.vue';
import ProgressTransfer from './ProgressTransfer.vue';
import './exercise.css';
import './workspace.css';
import './types.css';

const enhance: NonNullable<Theme['enhanceApp']> = ({ app }) => {
  app.component('HintFolds', HintFolds);
  app.component('ProgressTransfer', ProgressTransfer);
};

export default enhance;
