/** RunLine is a text that stays as the server wrote it; only pages with one load it. */
import { still } from '../later.ts';

export default still(() => import('./RunLine.vue'));
