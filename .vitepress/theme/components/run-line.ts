/** RunLine is a text that stays as the server wrote it; only pages with one load it. */
import { defineAsyncComponent } from 'vue';

export default defineAsyncComponent({
  loader: () => import('./RunLine.vue'),
  hydrate: () => undefined,
});
