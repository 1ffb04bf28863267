/**
 * Types for the reader: what each name in `impl/` is (shown on hover) and where it is
 * declared (so that it can link there). One TypeScript program sees every file, so a
 * listing of six lines knows all its imports. The result is kept in
 * `.vitepress/cache/weave`, under a hash of everything that it depends on.
 */

import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import ts from 'typescript';
import { absolute, forAMoment, implFiles, readText, root, stampOf } from './repo.ts';
import { symbolName } from './symbols.ts';

/** A name in a file: offset, length, index of its hover text, where it is declared. */
export type NameAt = readonly [
  at: number,
  length: number,
  hover: number,
  /** `impl/p2p/peer.ts#Peer.handle`; absent for what is local or not ours. */
  target?: string,
];

export interface FileTypes {
  /** Of the text that the offsets belong to. */
  readonly hash: string;
  readonly names: readonly NameAt[];
  /** Signature and first paragraph of the docstring. */
  readonly hovers: readonly (readonly [signature: string, doc: string])[];
}

type AllTypes = Readonly<Record<string, FileTypes>>;

const cacheFolder = absolute('.vitepress/cache/weave');
const longest = 700;

let current: { stamp: string; types: AllTypes } | undefined;
let service: { languageService: ts.LanguageService; refresh(): void } | undefined;

export function typesOf(path: string): FileTypes {
  return allTypes()[path] ?? { hash: '', names: [], hovers: [] };
}

export const allTypes: () => AllTypes = forAMoment(readTypes);

function readTypes(): AllTypes {
  const files = implFiles();
  const stamp = stampOf([...files, 'package-lock.json', 'tsconfig.json']);
  if (current?.stamp === stamp) return current.types;
  const cached = `${cacheFolder}/${cacheName(files)}`;
  const types =
    readCache(cached) ??
    // While somebody edits: the changed files only. A fresh start works out all of them.
    (current === undefined ? analyseAll(files, cached) : analyse(files, current.types));
  current = { stamp, types };
  return types;
}

function cacheName(files: readonly string[]): string {
  const hash = createHash('sha256');
  const inputs = [
    '.vitepress/weave/types.ts',
    'package-lock.json',
    'tsconfig.json',
    ...files,
  ];
  for (const path of inputs) hash.update(`\n${path}\n`).update(readText(path));
  return `${hash.digest('hex').slice(0, 16)}.json`;
}

function readCache(file: string): AllTypes | undefined {
  try {
    const text = readFileSync(file, 'utf8');
    return JSON.parse(text) as AllTypes; // written below, found under the same hash
  } catch {
    return undefined; // not there, or cut short: worked out again
  }
}

function analyseAll(files: readonly string[], cached: string): AllTypes {
  const types = analyse(files, {});
  mkdirSync(cacheFolder, { recursive: true });
  for (const old of readdirSync(cacheFolder)) rmSync(`${cacheFolder}/${old}`);
  writeFileSync(cached, JSON.stringify(types));
  return types;
}

function analyse(files: readonly string[], before: AllTypes): AllTypes {
  service ??= createService();
  service.refresh();
  const { languageService } = service;
  const program = languageService.getProgram();
  const types: Record<string, FileTypes> = {};
  for (const path of files) {
    const hash = createHash('sha256').update(readText(path)).digest('hex').slice(0, 16);
    const source = program?.getSourceFile(absolute(path));
    if (before[path]?.hash === hash) types[path] = before[path];
    else if (program !== undefined && source !== undefined) {
      const found = namesIn(source, languageService, program.getTypeChecker());
      types[path] = { hash, ...found };
    }
  }
  return types;
}

/** A language service over all of `impl/`, as tsconfig.json has it. */
function createService(): { languageService: ts.LanguageService; refresh(): void } {
  const config = ts.parseJsonConfigFileContent(
    ts.readConfigFile(absolute('tsconfig.json'), (file) => ts.sys.readFile(file))
      .config,
    { ...ts.sys, readDirectory: () => [] },
    root,
  );
  let version = 0;
  const languageService = ts.createLanguageService({
    ...ts.sys, // reading files and folders
    useCaseSensitiveFileNames: () => ts.sys.useCaseSensitiveFileNames,
    getCompilationSettings: () => config.options,
    getScriptFileNames: () => implFiles().map(absolute),
    // Without it every question looks at the version of every file first.
    getProjectVersion: () => String(version),
    getScriptVersion: (file) => stampOf([relative(root, file)]),
    getScriptSnapshot: (file) => {
      const text = ts.sys.readFile(file);
      return text === undefined
        ? undefined
        : ts.ScriptSnapshot.fromString(text.replaceAll('\r\n', '\n'));
    },
    getCurrentDirectory: () => root,
    getDefaultLibFileName: (options) => ts.getDefaultLibFilePath(options),
  });
  return { languageService, refresh: () => void version++ };
}

function namesIn(
  source: ts.SourceFile,
  service: ts.LanguageService,
  checker: ts.TypeChecker,
): Omit<FileTypes, 'hash'> {
  const names: NameAt[] = [];
  const hovers: [string, string][] = [];
  const indexes = new Map<string, number>();

  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) || ts.isPrivateIdentifier(node)) {
      const at = node.getStart(source);
      const info = service.getQuickInfoAtPosition(source.fileName, at);
      if (info === undefined) return;
      const hover: [string, string] = [
        signature(ts.displayPartsToString(info.displayParts)),
        firstParagraph(ts.displayPartsToString(info.documentation)),
      ];
      const key = hover.join('\0');
      let index = indexes.get(key);
      if (index === undefined) {
        index = hovers.push(hover) - 1;
        indexes.set(key, index);
      }
      const target = targetOf(node, checker);
      const length = node.getWidth(source);
      names.push(
        target === undefined ? [at, length, index] : [at, length, index, target],
      );
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return { names, hovers };
}

function signature(text: string): string {
  const plain = text.replace(/^\(alias\) /, '').replace(/\nimport [\s\S]*$/, '');
  return plain.length > longest ? `${plain.slice(0, longest)} …` : plain;
}

function firstParagraph(text: string): string {
  return (text.split(/\n\s*\n/)[0] ?? '').replaceAll('\n', ' ').trim();
}

function targetOf(node: ts.Node, checker: ts.TypeChecker): string | undefined {
  let symbol = ts.isShorthandPropertyAssignment(node.parent)
    ? checker.getShorthandAssignmentValueSymbol(node.parent)
    : checker.getSymbolAtLocation(node);
  if (symbol !== undefined && (symbol.flags & ts.SymbolFlags.Alias) !== 0) {
    symbol = checker.getAliasedSymbol(symbol);
  }
  const declaration = symbol?.valueDeclaration ?? symbol?.declarations?.[0];
  if (declaration === undefined) return undefined;
  const path = relative(root, declaration.getSourceFile().fileName).replaceAll(
    '\\',
    '/',
  );
  if (!path.startsWith('impl/')) return undefined;
  const name = symbolName(declaration);
  return name === undefined ? undefined : `${path}#${name}`;
}
