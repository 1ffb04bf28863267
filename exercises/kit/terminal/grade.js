/** Starts `npm run grade` as one bundle. */
import { runKit } from './bundled.js';
await runKit('exercises/kit/terminal/grade.ts');
