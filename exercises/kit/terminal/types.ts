/** Type-checks texts as if they lay on the disk, under the learner's options. */

import { join } from 'node:path';
import { learnerGlobals } from '../formats/learner-options.ts';
import { hostOver } from '../types/host.ts';
import {
  globalsFile,
  learnerCompilerOptions,
  problemsIn,
  type Compiler,
  type TextProblem,
} from '../types/problems.ts';

export interface TypeProblem extends TextProblem {
  readonly file: string;
}

/**
 * What the type checker says of the texts. Nothing else is judged, though all that they
 * import is read.
 *
 * @param texts by path from `root`
 */
export function typeProblems(
  compiler: Compiler,
  root: string,
  texts: ReadonlyMap<string, string>,
): TypeProblem[] {
  const options = learnerCompilerOptions(compiler, root);
  const overlay = new Map([[join(root, globalsFile), learnerGlobals]]);
  for (const [file, text] of texts) overlay.set(join(root, file), text);
  const program = compiler.createProgram({
    rootNames: [...overlay.keys()],
    options,
    host: hostOver(compiler, overlay, options),
  });
  return [...texts.keys()].flatMap((file) => {
    const source = program.getSourceFile(join(root, file));
    if (source === undefined) throw new Error(`${file} is not in the program`);
    return problemsIn(compiler, source, {
      syntactic: program.getSyntacticDiagnostics(source),
      semantic: program.getSemanticDiagnostics(source),
    }).map((problem) => ({ file, ...problem }));
  });
}
