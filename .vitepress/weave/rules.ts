/**
 * The rules that the sources keep, as functions from texts to problems, so that a test
 * can show each of them failing. `test/repo/` applies them to the repository.
 */

import type ts from 'typescript';
import { tsc } from './compiler.ts';
import { layers, rooms } from './layers.ts';
import { isNote, listRegion, parseRegions } from './regions.ts';
import { frontMatter, parseReference, scan, type Page } from './site-index.ts';
import { parseText } from './symbols.ts';

/** Texts by path from the root. */
export type Texts = ReadonlyMap<string, string>;

/** As much as a call between `try` and `finally` takes. */
const longestSketch = 6;
const longestRegion = 60;
const longestFile = 350;

// -- regions --------------------------------------------------------------------------

export function regionProblems(
  file: string,
  text: string,
  long: Readonly<Record<string, string>> = {},
): string[] {
  const { regions, problems } = parseRegions(text);
  const lines = text.split('\n');
  const found = problems.map((problem) => `${file}:${problem.line}: ${problem.text}`);
  for (const region of regions) {
    const say = (problem: string): void => {
      found.push(`${file}:${region.startLine}: region "${region.name}" ${problem}`);
    };
    const inside = lines.slice(region.startLine, region.endLine - 1);
    const { rows } = listRegion(text, region);
    if (rows.length === 0) say('is empty');
    const height = rows.filter(({ line }) => lines[line - 1]?.trim() !== '').length;
    if (height > longestRegion && !(`${file}#${region.name}` in long)) {
      say(`has ${height} lines of code, at most ${longestRegion} fit a page`);
    }
    const notes = rows.flatMap((row) => row.notes);
    if (notes.length > 3) say(`has ${notes.length} margin notes, at most 3 are read`);
    if (inside.some((_, at) => inside.slice(at, at + 3).filter(isNote).length === 3)) {
      say('has a margin note of more than 2 lines');
    }
  }
  return found;
}

/** Regions that no page shows and that have no recorded reason; and stale reasons. */
export function unshownRegions(
  files: Texts,
  shown: ReadonlySet<string>,
  reasons: Readonly<Record<string, string>>,
): { unshown: string[]; stale: string[] } {
  const all = [...files].flatMap(([file, text]) =>
    parseRegions(text).regions.map(({ name }) => `${file}#${name}`),
  );
  return {
    unshown: all.filter((region) => !shown.has(region) && !(region in reasons)),
    stale: Object.keys(reasons).filter((key) => !all.includes(key) || shown.has(key)),
  };
}

// -- pages ----------------------------------------------------------------------------

const typedFence = /^(?:ts|typescript|js|javascript|tsx|jsx|mts|cts)\b/;

/** @param files what `<<<` may name, by path; other paths are VitePress' to check */
export function pageProblems(path: string, text: string, files: Texts): string[] {
  const page: Page = {
    path,
    url: '',
    title: frontMatter(text, 'title') ?? path,
    locale: '',
  };
  const { shown, fences } = scan(page, text);
  const found: string[] = [];
  for (const { line, reference, file, region } of shown) {
    const say = (problem: string): void => {
      found.push(`${path}:${line}: <<< ${reference}: ${problem}`);
    };
    if (/^\{[\d\s,-]+/.test(parseReference(reference, path).extra)) {
      say('line numbers go stale, name a region');
    }
    if (!file.endsWith('.ts')) continue;
    const source = files.get(file);
    if (source === undefined) say('no such file');
    else if (region === undefined) say('name a region');
    else if (!parseRegions(source).regions.some(({ name }) => name === region)) {
      say(`no region "${region}" in ${file}`);
    }
  }
  for (const { line, info, lines } of fences) {
    if (!typedFence.test(info)) continue;
    if (!/^ts\s+sketch\b/.test(info)) {
      found.push(
        `${path}:${line}: code typed into a page; show a region, or tag it "ts sketch"`,
      );
    } else if (lines > longestSketch) {
      found.push(
        `${path}:${line}: a sketch of ${lines} lines, at most ${longestSketch}`,
      );
    }
  }
  return found;
}

// -- files ----------------------------------------------------------------------------

export function fileProblems(
  file: string,
  text: string,
  longFiles: Readonly<Record<string, string>> = {},
): string[] {
  const found: string[] = [];
  const lines = text.split('\n').length - 1;
  if (lines > longestFile && !(file in longFiles)) {
    found.push(
      `${file}: ${lines} lines, more than ${longestFile}: split it or give a reason`,
    );
  }
  if (/(?:^|\/)(?:utils?|helpers?|misc|common)\.ts$/.test(file)) {
    found.push(`${file}: name a file after what it holds`);
  }
  return found;
}

// -- layers ---------------------------------------------------------------------------

interface Import {
  readonly line: number;
  readonly name: string;
  /** Path from the root if it is a file of ours. */
  readonly file: string | undefined;
}

function importsOf(file: string, text: string): Import[] {
  const source = parseText(file, text);
  const found: Import[] = [];
  const visit = (node: ts.Node): void => {
    const name =
      tsc.isImportDeclaration(node) || tsc.isExportDeclaration(node)
        ? node.moduleSpecifier
        : tsc.isImportTypeNode(node) && tsc.isLiteralTypeNode(node.argument)
          ? node.argument.literal
          : tsc.isCallExpression(node) &&
              node.expression.kind === tsc.SyntaxKind.ImportKeyword
            ? node.arguments[0]
            : undefined;
    if (name !== undefined && tsc.isStringLiteral(name)) {
      const line = source.getLineAndCharacterOfPosition(name.getStart(source)).line + 1;
      found.push({ line, name: name.text, file: resolveImport(file, name.text) });
    }
    tsc.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function resolveImport(from: string, name: string): string | undefined {
  if (name === '#crypto') return 'impl/crypto/node.ts';
  if (name.startsWith('#impl/')) return `impl/${name.slice('#impl/'.length)}`;
  if (name.startsWith('#kit/')) return `${kit}${name.slice('#kit/'.length)}`;
  if (!name.startsWith('.')) return undefined;
  const parts = from.split('/').slice(0, -1);
  for (const part of name.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.') parts.push(part);
  }
  return parts.join('/');
}

/** `p2p` for `impl/p2p/rlpx/frame.ts`, `bytes.ts` for `impl/bytes.ts`. */
function layerOf(file: string): string {
  return file.split('/')[1] ?? '';
}

const nodeFiles =
  /^impl\/(?:net\/(?:tcp|tcp-conn|out-buffer)\.ts|crypto\/(?:node|build-wasm)\.ts|node\/.+)$/;

const socketFiles = /^impl\/net\/tcp(?:-conn)?\.ts$/;

/** Packages, and the only files that may import them. */
const packages: readonly (readonly [name: RegExp, files: RegExp])[] = [
  [/^@noble\//, /^impl\/crypto\/noble(?:-primitives)?\.ts$/],
  [/^@bitauth\/libauth(?:\/.+)?$/, /^impl\/crypto\/node\.ts$/],
  [/^rlp$/, /^impl\/rlp\//],
];

export function layerProblems(files: Texts): string[] {
  const found: string[] = [];
  const graph = new Map<string, string[]>();
  for (const [file, text] of files) {
    const level = layers.indexOf(layerOf(file));
    if (level < 0) found.push(`${file}: ${layerOf(file)} is no layer of impl/`);
    const targets: string[] = [];
    for (const { line, name, file: target } of importsOf(file, text)) {
      const say = (problem: string): void => {
        found.push(`${file}:${line}: imports ${name}: ${problem}`);
      };
      if (target === undefined) {
        if (name.startsWith('node:')) {
          if (!nodeFiles.test(file)) say('this file also runs in a page');
        } else {
          const rule = packages.find(([pattern]) => pattern.test(name));
          if (rule === undefined) say('no dependency of impl/');
          else if (!rule[1].test(file)) say('stands behind our own interface');
        }
        continue;
      }
      targets.push(target);
      if (!target.startsWith('impl/')) say('leads out of impl/');
      else if (layers.indexOf(layerOf(target)) > level) {
        say(`${layerOf(file)} stands above ${layerOf(target)}`);
      }
      const isInner = target === 'impl/net/tcp-conn.ts' && layerOf(file) === 'net';
      if (socketFiles.test(target) && !isInner && layerOf(file) !== 'node') {
        say('only impl/node knows of sockets');
      }
    }
    graph.set(file, targets);
  }
  return [
    ...found,
    ...cycles(graph).map((cycle) => `import cycle: ${cycle.join(' → ')}`),
  ];
}

// -- rooms ----------------------------------------------------------------------------

const kit = 'exercises/kit/';

/** `run` for `exercises/kit/run/judge.ts`, '' for what stands at the top of the kit. */
function roomOf(file: string): string {
  const [room = '', ...rest] = file.slice(kit.length).split('/');
  return rest.length === 0 ? '' : room;
}

/** Rooms whose code is part of the page's script, or of the page itself. */
const pageRooms = ['words', '', 'formats', 'types', 'run'];

/** @param files of the kit and of the exercises */
export function roomProblems(files: Texts): string[] {
  const found: string[] = [];
  const graph = new Map<string, string[]>();
  for (const [file, text] of files) {
    const inKit = file.startsWith(kit);
    const room = roomOf(file);
    const level = inKit ? rooms.indexOf(room) : rooms.indexOf('');
    if (level < 0) found.push(`${file}: ${room} is no room of the kit`);
    const targets: string[] = [];
    for (const { line, name, file: target } of importsOf(file, text)) {
      const say = (problem: string): void => {
        found.push(`${file}:${line}: imports ${name}: ${problem}`);
      };
      if (name.startsWith('node:') && (!inKit || pageRooms.includes(room))) {
        say('this file also runs in a page');
      }
      if (target?.startsWith(kit) !== true) continue;
      targets.push(target);
      const of = roomOf(target);
      if (!inKit && of !== '') say('an exercise imports what stands at the top');
      else if (rooms.indexOf(of) > level)
        say(`${room || 'the top'} stands above ${of}`);
    }
    graph.set(file, targets);
  }
  return [
    ...found,
    ...cycles(graph).map((cycle) => `import cycle: ${cycle.join(' → ')}`),
  ];
}

/** Each cycle once, from its first file on. */
function cycles(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const found: string[][] = [];
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (file: string): void => {
    const at = path.indexOf(file);
    if (at >= 0) found.push([...path.slice(at), file]);
    if (at >= 0 || done.has(file)) return;
    path.push(file);
    for (const target of graph.get(file) ?? []) visit(target);
    path.pop();
    done.add(file);
  };
  for (const file of graph.keys()) visit(file);
  return found;
}

// -- the seam -------------------------------------------------------------------------

/** Globals that read the time, draw at random or start a timer, outside the runtime. */
const ambient = new Set([
  'Date',
  'performance',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
  'MessageChannel',
]);
const ambientMembers = new Set([
  'Math.random',
  'crypto.getRandomValues',
  'crypto.randomUUID',
]);

/** Reads of the time or of randomness that bypass the Runtime. */
export function seamProblems(file: string, text: string): string[] {
  const source = parseText(file, text);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const name = ambientName(node);
    if (name !== undefined) {
      const line = source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
      found.push(`${file}:${line}: ${name}: ask the runtime`);
    }
    tsc.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function ambientName(node: ts.Node): string | undefined {
  if (tsc.isPropertyAccessExpression(node) && tsc.isIdentifier(node.expression)) {
    const name = `${node.expression.text}.${node.name.text}`;
    return ambientMembers.has(name) ? name : undefined;
  }
  if (tsc.isIdentifier(node) && ambient.has(node.text)) {
    const { parent } = node;
    const isMember =
      (tsc.isPropertyAccessExpression(parent) && parent.name === node) ||
      tsc.isPropertyAssignment(parent) ||
      tsc.isTypeElement(parent) ||
      tsc.isClassElement(parent) ||
      tsc.isTypeReferenceNode(parent);
    return isMember ? undefined : node.text;
  }
  const isRandom =
    tsc.isImportSpecifier(node) && /^random|^webcrypto$/.test(node.name.text);
  return isRandom ? node.name.text : undefined;
}
