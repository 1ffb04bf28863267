/** Starts the demo: as one bundle, or with its options under tsx, which `--plug` needs. */
import { run, runAsWritten } from '../../../impl/node/run.js';

if (process.argv.length > 2) await runAsWritten('exercises/kit/terminal/demo.ts');
else await run('impl/node/demo.ts');
