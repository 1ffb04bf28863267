/**
 * How much of the connection flow the pages show: lines of `impl/csp`, `impl/p2p` and
 * `impl/eth` inside a region that a page shows. Blank lines, imports, the marks of regions
 * and files that are no part of the flow do not count.
 */

import { tsc } from './compiler.ts';
import { isMark } from './regions.ts';
import { listFiles, readText } from './repo.ts';
import { regionsOf, siteIndex } from './site-index.ts';
import { parse } from './symbols.ts';
import { besideTheFlow } from './unshown.ts';

export interface Coverage {
  readonly file: string;
  readonly shown: number;
  readonly total: number;
}

export const flowFolders = ['impl/csp', 'impl/p2p', 'impl/eth'] as const;

export function coverage(): Coverage[] {
  const { shown } = siteIndex();
  return flowFolders
    .flatMap((folder) => listFiles(folder, '.ts'))
    .filter((file) => besideTheFlow[file] === undefined)
    .map((file) => {
      const names = new Set(
        shown.filter((one) => one.file === file).map((one) => one.region),
      );
      const regions = regionsOf(file).filter((region) => names.has(region.name));
      const lines = countedLines(file);
      const inside = lines.filter((line) =>
        regions.some(({ startLine, endLine }) => startLine < line && line < endLine),
      );
      return { file, shown: inside.length, total: lines.length };
    });
}

export function sumOf(rows: readonly Coverage[]): { shown: number; total: number } {
  return {
    shown: rows.reduce((sum, row) => sum + row.shown, 0),
    total: rows.reduce((sum, row) => sum + row.total, 0),
  };
}

function countedLines(file: string): number[] {
  const source = parse(file);
  const lineAt = (position: number): number =>
    source.getLineAndCharacterOfPosition(position).line + 1;
  const imports = source.statements
    .filter((statement) => tsc.isImportDeclaration(statement))
    .map((statement) => [lineAt(statement.getStart()), lineAt(statement.end)] as const);
  return readText(file)
    .split('\n')
    .flatMap((content, index) => {
      const line = index + 1;
      const skip =
        content.trim() === '' ||
        isMark(content) ||
        imports.some(([first, last]) => line >= first && line <= last);
      return skip ? [] : [line];
    });
}
