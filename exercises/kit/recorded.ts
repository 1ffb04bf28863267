/** Which of our files a recorded run marks, and how a marked file finds its marks. */

import { transform } from 'sucrase';
import { instrument, markNames } from './instrument.ts';

/** The module that marks are left in. */
export const whereModule = 'impl/csp/where.ts';

/** A trace shows these lines where it can. */
const story = /^(?:impl\/(?:core|eth|p2p)|exercises\/\d\d-[\w-]+)\//;

/**
 * These only where nothing else is. What is in neither (bytes, RLP, crypto) computes and
 * waits for nothing: no event can come from it.
 */
const machinery = /^impl\/(?:csp|sim|net|node)\//;

export function isRecordable(id: string): boolean {
  return (
    id.endsWith('.ts') && id !== whereModule && (story.test(id) || machinery.test(id))
  );
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
  if (!isRecordable(id)) return undefined;
  const { code } = transform(source, {
    transforms: ['typescript'],
    disableESTransforms: true,
    preserveDynamicImport: true,
    keepUnusedImports: true,
    filePath: id,
  });
  const ofMachinery = machinery.test(id);
  const marked = instrument(code, { sourceType: 'module', machinery: ofMachinery });
  return marked === undefined ? undefined : prelude(id, ofMachinery, form) + marked;
}

/** On the first line, before the code, so that lines stay what they are. */
function prelude(id: string, ofMachinery: boolean, form: ModuleForm): string {
  const { at, back, base, storyNow } = markNames;
  const names = ofMachinery
    ? { inMachinery: at, backInMachinery: back, storyNow }
    : { inStory: at, backInStory: back };
  const wanted = Object.entries({ ...names, baseOf: `${base}Of` });
  const from = JSON.stringify(`#${whereModule}`);
  const binding =
    form === 'esm'
      ? `import{${wanted.map(([name, as]) => `${name} as ${as}`).join()}}from${from};`
      : `var{${wanted.map(([name, as]) => `${name}:${as}`).join()}}=require(${from});`;
  return `${binding}var ${base}=${base}Of(${JSON.stringify(id)});`;
}
