/**
 * What TypeScript says of a reader's text, the same in the editor of the page and in the
 * terminal: both ask under the same options and put it into the same words.
 */

import type ts from 'typescript';
import { learnerOptions } from '../formats/learner-options.ts';

/** The package itself: who only runs exercises does not wait until it is loaded. */
export type Compiler = typeof ts;

export interface TextProblem {
  /** Offsets in the text. */
  readonly from: number;
  readonly to: number;
  /** From 1. */
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** Lies nowhere; holds the names that a worker has. */
export const globalsFile = 'exercises/kit/learner-globals.d.ts';

export function learnerCompilerOptions(
  compiler: Compiler,
  root: string,
): ts.CompilerOptions {
  return compiler.convertCompilerOptionsFromJson(learnerOptions, root).options;
}

/** What makes and asks a program: a program itself, or a language service. */
export interface Judge {
  readonly syntactic: readonly ts.Diagnostic[];
  readonly semantic: readonly ts.Diagnostic[];
}

export function problemsIn(
  compiler: Compiler,
  source: ts.SourceFile,
  { syntactic, semantic }: Judge,
): TextProblem[] {
  return [...syntactic, ...semantic].map(({ start = 0, length = 0, messageText }) => {
    const { line, character } = source.getLineAndCharacterOfPosition(start);
    const message = compiler.flattenDiagnosticMessageText(messageText, '\n');
    const at = { line: line + 1, column: character + 1 };
    return { from: start, to: start + length, ...at, message };
  });
}
