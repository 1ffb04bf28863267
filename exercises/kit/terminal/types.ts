/** Type-checks texts as if they lay on the disk, under the learner's options. */

import { join } from 'node:path';
import type ts from 'typescript';
import { learnerGlobals, learnerOptions } from '../formats/learner-options.ts';

export interface TypeProblem {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

const globalsFile = 'exercises/kit/learner-globals.d.ts'; // lies nowhere

/** The package itself: who only runs exercises does not wait until it is loaded. */
export type Compiler = typeof ts;

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
  const { options } = compiler.convertCompilerOptionsFromJson(learnerOptions, root);
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
    return [
      ...program.getSyntacticDiagnostics(source),
      ...program.getSemanticDiagnostics(source),
    ].map(({ start = 0, messageText }) => {
      const { line, character } = source.getLineAndCharacterOfPosition(start);
      const message = compiler.flattenDiagnosticMessageText(messageText, '\n');
      return { file, line: line + 1, column: character + 1, message };
    });
  });
}

function hostOver(
  compiler: Compiler,
  overlay: ReadonlyMap<string, string>,
  options: ts.CompilerOptions,
): ts.CompilerHost {
  const host = compiler.createCompilerHost(options, true);
  return {
    ...host,
    fileExists: (file) => overlay.has(file) || host.fileExists(file),
    readFile: (file) => overlay.get(file) ?? host.readFile(file),
    getSourceFile: (file, language, ...rest) => {
      const text = overlay.get(file);
      return text === undefined
        ? host.getSourceFile(file, language, ...rest)
        : compiler.createSourceFile(file, text, language, true);
    },
  };
}
