/** Starts `npm run learn` as one bundle: under tsx it would take a second longer. */
import { runKit } from './bundled.js';
await runKit('exercises/kit/terminal/learn.ts');
