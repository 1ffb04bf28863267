/** `npm pack` and `npm publish`: the bundle that an installed `peerwalk` starts. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { bundle, packedFile, stampLine } from './run.js';

const entry = 'impl/node/main.ts';
const file = packedFile(entry);
// Packages stay outside: they are dependencies, with their own versions and licences.
const to = dirname(file);
mkdirSync(to, { recursive: true });
const text = await bundle(entry, { packages: 'external', banner: stampLine(), to });
writeFileSync(file, text);
