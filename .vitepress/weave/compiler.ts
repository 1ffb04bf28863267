/**
 * TypeScript's compiler, loaded as what it is, and when somebody first asks it something:
 * a start does without. Imported, its nine megabytes would be read twice more, to find out
 * that they are CommonJS and what they export.
 */

import { createRequire } from 'node:module';

type Compiler = typeof import('typescript');

const require = createRequire(import.meta.url);
let loaded: Compiler | undefined;

export const tsc = new Proxy({} as Compiler, {
  get: (_, name: keyof Compiler) =>
    (loaded ??= require('typescript') as Compiler)[name],
});
