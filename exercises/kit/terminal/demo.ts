/**
 * `npm run demo [-- --plug ID]`: the demo of impl/node. With `--plug` it runs in a
 * thread, out of the same kind of registry as the page's, and the reader's function has
 * taken the place of ours: over real TCP.
 */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { build } from 'esbuild';
import { transform } from 'sucrase';
import { readCatalog, type Exercise } from '../catalog/catalog.ts';
import { link, moduleGraph } from '../script/modules.ts';
import { bundledExercise, exerciseEntries, factoriesText } from '../script/script.ts';
import { fileOf, readLF, repository, type Sources } from '../catalog/sources.ts';
import { readOptions } from './options.ts';
import { outliveReader } from './terminal.ts';

const demo = 'impl/node/demo.ts';

const help = `Usage: npm run demo [-- --plug EXERCISE]

Two nodes meet over TCP on this machine, and one takes the blocks of the other.

  --plug EXERCISE  your function of it (E14) takes the place of ours
  --help           this text

Exit code 0 if the demo came to its end, 2 for a bad question.`;

/** @throws {RangeError} in one line, what is wrong with the question */
function exerciseToPlug(sources: Sources, id: string): Exercise {
  const catalog = readCatalog(sources);
  const found = catalog.find(({ facts }) => facts.id === id.toUpperCase());
  if (found?.facts.plug !== undefined) return found;
  const pluggable = catalog.filter(({ facts }) => facts.plug !== undefined);
  const ids = pluggable.map(({ facts }) => facts.id).join(' ');
  throw new RangeError(`${id} cannot be plugged in; there are ${ids}`);
}

/** The text of the thread: modules, the reader's code, and the demo as its last word. */
async function threadText(sources: Sources, exercise: Exercise): Promise<string> {
  // The demo waits at its top level, which a module of the registry cannot do.
  const file = fileOf(sources, demo);
  const source = readLF(file).replaceAll(
    'import.meta.url',
    JSON.stringify(pathToFileURL(file).href),
  );
  const { code } = transform(source, {
    transforms: ['typescript', 'imports'],
    disableESTransforms: true,
  });
  const main = link(demo, code, 'node');
  const adapter = exercise.adapter ? [`exercises/${exercise.folder}/plug.ts`] : [];
  const ours = main.imports.filter((id) => id.startsWith('impl/'));
  const graph = moduleGraph(
    sources,
    [...ours, ...adapter, ...exerciseEntries(sources, exercise)],
    { platform: 'node' },
  );
  const outside = main.imports.filter((id) => !ours.includes(id));
  const packages = [...new Set([...graph.packages.keys(), ...outside])];
  const bundled = bundledExercise(sources, exercise);
  const contents = [
    `import { Session } from ${JSON.stringify(fileOf(sources, 'exercises/kit/run/session.ts'))};`,
    ...packages.map((name, i) => `import * as p${i} from ${JSON.stringify(name)};`),
    `const packages = {${packages.map((name, i) => `${JSON.stringify(name)}:p${i}`).join(',')}};`,
    `const factories = ${factoriesText(graph.modules.values())};`,
    `const bundle = { factories, packages, exercises: [${JSON.stringify(bundled)}] };`,
    `const quiet = { planned() {}, started() {}, ended() {}, printed() {} };`,
    `const session = new Session(bundle, ${JSON.stringify(exercise.facts.id)}, quiet);`,
    `const { require } = session.plugIn(${JSON.stringify(exercise.written)});`,
    `const main = async (module, exports, require) => {${main.code}\n};`,
    `await main({}, {}, require);`,
  ].join('\n');
  const result = await build({
    stdin: { contents, resolveDir: sources.root, sourcefile: 'plugged-demo.js' },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    logLevel: 'silent',
  });
  return result.outputFiles[0]?.text ?? '';
}

async function plugged(id: string): Promise<number> {
  const exercise = exerciseToPlug(repository, id);
  const text = await threadText(repository, exercise);
  // A file inside the repository, so that the packages are found from it.
  const cache = join(repository.root, 'node_modules/.cache');
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'peerwalk-demo-'));
  try {
    const file = join(folder, 'demo.mjs');
    writeFileSync(file, text);
    console.log(`with your code of exercises/${exercise.folder}/exercise.ts`);
    const worker = new Worker(file);
    return await new Promise<number>((resolve) => {
      worker.once('error', (error) => {
        console.error(
          `demo: ${error instanceof Error ? error.message : String(error)}`,
        );
        resolve(1);
      });
      worker.once('exit', resolve);
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

outliveReader(process.stdout, () => process.exit(0));
try {
  const { values, positionals } = readOptions(process.argv.slice(2), {
    plug: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  });
  const [more] = positionals;
  if (more !== undefined) throw new RangeError(`no ${more} here; --help says more`);
  if (values.help === true) console.log(help);
  else if (values.plug === undefined) await import('../../../impl/node/demo.ts');
  else process.exitCode = await plugged(values.plug);
} catch (error) {
  if (!(error instanceof RangeError) && !(error instanceof TypeError)) throw error;
  console.error(`demo: ${error.message}`);
  process.exitCode = 2;
}
