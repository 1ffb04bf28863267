/**
 * TypeScript's compiler, loaded as what it is. Imported, its nine megabytes are read twice
 * more, to find out that they are CommonJS and what they export: half a second of each
 * start.
 */

import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

export const tsc = require('typescript') as typeof import('typescript');
