/** Which of our files a recorded run marks, and how a marked file finds its marks. */

import { transform } from 'sucrase';
import { instrument } from './instrument.ts';
import { markNames } from './mark-names.ts';

/** The module that marks are left in. */
export const whereModule = 'impl/csp/where.ts';

/** Whose line is shown where several have one: the first of these. */
type Layer = 'story' | 'machinery' | 'csp';

const layers: readonly (readonly [RegExp, Layer])[] = [
  [/^(?:impl\/(?:core|eth|p2p)|exercises\/(?:\d\d|w\d)-[\w-]+)\//, 'story'],
  [/^impl\/(?:net|node|sim\/quirks)\//, 'machinery'],
  [/^impl\/sim\/(?:plain-transport|run-scenario|script)\./, 'machinery'],
  [/^impl\/csp\/(?:chan|done|select|signal|timer|wait-group)\./, 'csp'],
];

/**
 * Undefined for what gets no marks: what computes and waits for nothing (bytes, RLP,
 * crypto), and what goes from task to task and writes the trace.
 */
function layerOf(id: string): Layer | undefined {
  if (!id.endsWith('.ts')) return undefined;
  return layers.find(([files]) => files.test(id))?.[1];
}

export function isRecordable(id: string): boolean {
  return layerOf(id) !== undefined;
}

export type ModuleForm = 'esm' | 'cjs';

/**
 * The JavaScript of a TypeScript module with marks in it, line for line.
 *
 * @returns undefined if the module gets none
 */
export function withMarks(
  source: string,
  id: string,
  form: ModuleForm,
): string | undefined {
  const layer = layerOf(id);
  if (layer === undefined) return undefined;
  const { code } = transform(source, {
    transforms: ['typescript'],
    disableESTransforms: true,
    preserveDynamicImport: true,
    keepUnusedImports: true,
    filePath: id,
  });
  const machinery = layer === 'machinery';
  const marked = instrument(code, { sourceType: 'module', machinery });
  return marked === undefined ? undefined : prelude(id, layer, form) + marked;
}

const { at, back, base, storyNow } = markNames;
const bindings: Readonly<Record<Layer, Readonly<Record<string, string>>>> = {
  story: { inStory: at, backInStory: back },
  machinery: { inMachinery: at, backInMachinery: back, storyNow },
  csp: { inCsp: at, backInCsp: back },
};

/** On the first line, before the code, so that lines stay what they are. */
function prelude(id: string, layer: Layer, form: ModuleForm): string {
  const wanted = Object.entries({ ...bindings[layer], baseOf: `${base}Of` });
  const from = JSON.stringify(`#${whereModule}`);
  const binding =
    form === 'esm'
      ? `import{${wanted.map(([name, as]) => `${name} as ${as}`).join()}}from${from};`
      : `var{${wanted.map(([name, as]) => `${name}:${as}`).join()}}=require(${from});`;
  return `${binding}var ${base}=${base}Of(${JSON.stringify(id)});`;
}
