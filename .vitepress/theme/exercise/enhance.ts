/** Adds the components of the exercises to the site; the theme finds this file. */
import type { Theme } from 'vitepress';
import { defineAsyncComponent } from 'vue';
import './exercise.css';
import './workspace.css';
import './types.css';

const enhance: NonNullable<Theme['enhanceApp']> = ({ app }) => {
  app.component(
    'ProgressTransfer',
    defineAsyncComponent(() => import('./ProgressTransfer.vue')),
  );
};

export default enhance;
