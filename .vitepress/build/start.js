/**
 * `npm start`: the traces of these very files, then VitePress, in one process.
 * Options that follow (`npm start -- --port 3000`) are VitePress's own.
 */

import module from 'node:module';

// Vite would parse again each file that the configuration imports, to advise: 0.4 s.
process.env.VITE_CONFIG_NATIVE_IGNORE_WARNING ??= 'true';
module.enableCompileCache?.(); // of Node 22 and later, as VitePress's own command does
process.argv.splice(2, 0, 'dev', '--host', 'localhost');

await import('./record.js');
await import('vitepress/dist/node/cli.js');
