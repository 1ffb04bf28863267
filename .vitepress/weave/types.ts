/**
 * Types for the reader: what each name in `impl/` is (shown on hover) and where it is
 * declared (so that it can link there). One TypeScript program sees every file, so a
 * listing of six lines knows all its imports. The result is kept in
 * `.vitepress/cache/weave`, under a hash of everything that it depends on.
 */

import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { relative } from 'node:path';
import type ts from 'typescript';
import { tsc } from './compiler.ts';
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

export type Hover = readonly [signature: string, doc: string];

export interface FileTypes {
  /** Of the text that the offsets belong to. */
  readonly hash: string;
  readonly names: readonly NameAt[];
  /** Signature and first paragraph of the docstring. */
  readonly hovers: readonly Hover[];
}

type AllTypes = Record<string, FileTypes>;

interface State {
  readonly stamp: string;
  /** Where a complete result is kept. */
  readonly cached: string;
  readonly types: AllTypes;
  /** Carried over from before an edit, so types may come from a file as it was. */
  readonly carried: boolean;
}

const cacheFolder = absolute('.vitepress/cache/weave');
const longest = 700;

const state: () => State = forAMoment(readState);
let last: State | undefined;
let service: Service | undefined;

/** Of one file; worked out when it is first asked for. */
export function typesOf(path: string): FileTypes {
  const { types } = state();
  return (types[path] ??= analyse(path));
}

/** Of every file; kept on disk for the next build. */
export function allTypes(): Readonly<AllTypes> {
  const { types, cached, carried } = state();
  for (const path of implFiles()) types[path] ??= analyse(path);
  if (!carried && !existsSync(cached)) {
    mkdirSync(cacheFolder, { recursive: true });
    for (const old of readdirSync(cacheFolder)) rmSync(`${cacheFolder}/${old}`);
    writeFileSync(cached, JSON.stringify(types));
  }
  return types;
}

function readState(): State {
  const files = implFiles();
  const stamp = stampOf([...files, 'package-lock.json', 'tsconfig.json']);
  if (last?.stamp === stamp) return last;
  const cached = `${cacheFolder}/${cacheName(files)}`;
  const onDisk = readCache(cached);
  // While somebody edits, the files that did not change keep what they had.
  const unchanged = Object.entries(last?.types ?? {}).filter(
    ([path, { hash }]) => files.includes(path) && hashOf(path) === hash,
  );
  service?.refresh();
  last = {
    stamp,
    cached,
    types: onDisk ?? Object.fromEntries(unchanged),
    carried: onDisk === undefined && unchanged.length > 0,
  };
  return last;
}

function hashOf(path: string): string {
  return createHash('sha256').update(readText(path)).digest('hex').slice(0, 16);
}

function cacheName(files: readonly string[]): string {
  const inputs = [
    '.vitepress/weave/types.ts',
    'package-lock.json',
    'tsconfig.json',
    ...files,
  ];
  const hash = createHash('sha256');
  for (const path of inputs) hash.update(`\n${path}\n`).update(readText(path));
  return `${hash.digest('hex').slice(0, 16)}.json`;
}

function readCache(file: string): AllTypes | undefined {
  try {
    const text = readFileSync(file, 'utf8');
    return JSON.parse(text) as AllTypes; // written above, found under the same hash
  } catch {
    return undefined; // not there, or cut short: worked out again
  }
}

function analyse(path: string): FileTypes {
  service ??= createService();
  const program = service.languageService.getProgram();
  const source = program?.getSourceFile(absolute(path));
  if (program === undefined || source === undefined) {
    return { hash: '', names: [], hovers: [] };
  }
  const checker = program.getTypeChecker();
  // The checker asks for all files only to find a name under which another module exports
  // a member's class again. No hover of impl/ shows one, and the search is a fifth of the work.
  const { getSourceFiles } = program;
  program.getSourceFiles = () => [];
  try {
    return { hash: hashOf(path), ...namesIn(source, service, checker) };
  } finally {
    program.getSourceFiles = getSourceFiles; // an edit is found by it
  }
}

interface Service {
  readonly languageService: ts.LanguageService;
  /** Hovers by what they depend on: the same function is named in many places. */
  readonly hovers: Map<string, Hover | undefined>;
  refresh(): void;
}

/** A language service over all of `impl/`, as tsconfig.json has it. */
function createService(): Service {
  const config = tsc.parseJsonConfigFileContent(
    tsc.readConfigFile(absolute('tsconfig.json'), (file) => tsc.sys.readFile(file))
      .config,
    { ...tsc.sys, readDirectory: () => [] },
    root,
  );
  let version = 0;
  const languageService = tsc.createLanguageService({
    ...tsc.sys, // reading files and folders
    useCaseSensitiveFileNames: () => tsc.sys.useCaseSensitiveFileNames,
    getCompilationSettings: () => config.options,
    getScriptFileNames: () => implFiles().map(absolute),
    // Without it every question looks at the version of every file first.
    getProjectVersion: () => String(version),
    getScriptVersion: (file) => stampOf([relative(root, file)]),
    getScriptSnapshot: (file) => {
      const text = tsc.sys.readFile(file);
      return text === undefined
        ? undefined
        : tsc.ScriptSnapshot.fromString(text.replaceAll('\r\n', '\n'));
    },
    getCurrentDirectory: () => root,
    getDefaultLibFileName: (options) => tsc.getDefaultLibFilePath(options),
  });
  const hovers = new Map<string, Hover | undefined>(); // BOUNDED by the names of impl/
  return {
    languageService,
    hovers,
    refresh: () => {
      version++;
      hovers.clear();
    },
  };
}

function namesIn(
  source: ts.SourceFile,
  service: Service,
  checker: ts.TypeChecker,
): Omit<FileTypes, 'hash'> {
  const names: NameAt[] = [];
  const hovers: Hover[] = [];
  const indexes = new Map<string, number>();

  const visit = (node: ts.Node): void => {
    if (tsc.isConstTypeReference(node)) return; // `as const` names nothing
    if (tsc.isIdentifier(node) || tsc.isPrivateIdentifier(node)) {
      const symbol = symbolAt(node, checker);
      const hover = hoverOf(node, symbol, service, checker);
      if (hover === undefined) return;
      const key = hover.join('\0');
      let index = indexes.get(key);
      if (index === undefined) {
        index = hovers.push(hover) - 1;
        indexes.set(key, index);
      }
      const place = [node.getStart(source), node.getWidth(source), index] as const;
      const target = targetOf(symbol);
      names.push(target === undefined ? place : [...place, target]);
    }
    tsc.forEachChild(node, visit);
  };
  visit(source);
  return { names, hovers };
}

function hoverOf(
  node: ts.Identifier | ts.PrivateIdentifier,
  symbol: ts.Symbol | undefined,
  { languageService, hovers }: Service,
  checker: ts.TypeChecker,
): Hover | undefined {
  const source = node.getSourceFile();
  const key = symbol === undefined ? undefined : hoverKey(node, symbol, checker);
  if (key !== undefined && hovers.has(key)) return hovers.get(key);
  const at = node.getStart(source);
  const info = languageService.getQuickInfoAtPosition(source.fileName, at);
  const hover: Hover | undefined = info && [
    signature(tsc.displayPartsToString(info.displayParts)),
    firstParagraph(tsc.displayPartsToString(info.documentation)),
  ];
  if (key !== undefined) hovers.set(key, hover);
  return hover;
}

const ids = new WeakMap<object, number>();
let lastId = 0;

function idOf(thing: object): number {
  const known = ids.get(thing) ?? ++lastId;
  ids.set(thing, known);
  return known;
}

/** What a hover depends on; undefined where it depends on the arguments of a call. */
function hoverKey(
  node: ts.Node,
  symbol: ts.Symbol,
  checker: ts.TypeChecker,
): string | undefined {
  const type = checker.getTypeAtLocation(node);
  const signatures = [...type.getCallSignatures(), ...type.getConstructSignatures()];
  const isFixed = signatures.length <= 1 && signatures[0]?.typeParameters === undefined;
  const isNew = tsc.isNewExpression(node.parent);
  return isFixed ? `${idOf(symbol)} ${idOf(type)} ${String(isNew)}` : undefined;
}

function signature(text: string): string {
  const plain = text.replace(/^\(alias\) /, '').replace(/\nimport [\s\S]*$/, '');
  return plain.length > longest ? `${plain.slice(0, longest)} …` : plain;
}

function firstParagraph(text: string): string {
  return (text.split(/\n\s*\n/)[0] ?? '').replaceAll('\n', ' ').trim();
}

function symbolAt(node: ts.Node, checker: ts.TypeChecker): ts.Symbol | undefined {
  const symbol = tsc.isShorthandPropertyAssignment(node.parent)
    ? checker.getShorthandAssignmentValueSymbol(node.parent)
    : checker.getSymbolAtLocation(node);
  const isAlias = symbol !== undefined && (symbol.flags & tsc.SymbolFlags.Alias) !== 0;
  return isAlias ? checker.getAliasedSymbol(symbol) : symbol;
}

function targetOf(symbol: ts.Symbol | undefined): string | undefined {
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
