/** Components of the lab that pages name. */
import { defineAsyncComponent } from 'vue';
import type { EnhanceAppContext } from 'vitepress';

export default function enhance({ app }: EnhanceAppContext): void {
  const TraceFile = defineAsyncComponent(() => import('./TraceFile.vue'));
  app.component('TraceFile', TraceFile);
}
