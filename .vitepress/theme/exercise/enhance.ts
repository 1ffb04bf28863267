/** Adds the components of the exercises to the site; the theme finds this file. */
import type { Theme } from 'vitepress';
import ProgressTransfer from './ProgressTransfer.vue';
import './exercise.css';

const enhance: NonNullable<Theme['enhanceApp']> = ({ app }) => {
  app.component('ProgressTransfer', ProgressTransfer);
};

export default enhance;
