/** The disk as TypeScript sees it, with texts that lie over it. */

import type ts from 'typescript';
import type { Compiler } from './problems.ts';

/** @param overlay texts by full path */
export function hostOver(
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
