/**
 * What a file declares, read from its syntax alone: names, lines, first sentences, and
 * the `@geth` tags in docstrings. No types are needed, so the gates stay fast.
 */

import type ts from 'typescript';
import { tsc } from './compiler.ts';
import { readText } from './repo.ts';

export interface GethTag {
  readonly line: number;
  /** Path in go-ethereum, for example `p2p/peer.go`. */
  readonly file: string;
  /** For example `Peer.handle`; absent if the tag names a file only. */
  readonly symbol?: string;
}

export interface CodeSymbol {
  /** `Peer.handle` for a member, `concat` for a function. */
  readonly name: string;
  /** Line of the name. */
  readonly line: number;
  /** First line, docstring included. */
  readonly startLine: number;
  readonly endLine: number;
  readonly exported: boolean;
  /** A plain property: nothing runs there, so names do not link to it. */
  readonly property: boolean;
  readonly geth: readonly GethTag[];
}

export interface FileSymbols {
  readonly symbols: readonly CodeSymbol[];
  /** First sentence of the file's header comment; empty if there is none. */
  readonly summary: string;
  /** `@geth` tags that stand in no docstring of a symbol. */
  readonly strayTags: readonly GethTag[];
}

const parsed = new Map<string, { text: string; source: ts.SourceFile }>();
const known = new WeakMap<ts.SourceFile, FileSymbols>();

/** Syntax tree with parents, kept until the file changes. */
export function parse(path: string): ts.SourceFile {
  const text = readText(path);
  const before = parsed.get(path);
  if (before?.text === text) return before.source;
  const source = parseText(path, text);
  parsed.set(path, { text, source });
  return source;
}

export function parseText(path: string, text: string): ts.SourceFile {
  return tsc.createSourceFile(
    path,
    text,
    tsc.ScriptTarget.ESNext,
    true,
    tsc.ScriptKind.TS,
  );
}

export function symbolsOf(path: string): FileSymbols {
  const source = parse(path);
  const before = known.get(source);
  if (before !== undefined) return before;
  const found = findSymbols(source);
  known.set(source, found);
  return found;
}

/** The name under which a declaration is known, or undefined if it is local. */
export function symbolName(node: ts.Node): string | undefined {
  if (tsc.isConstructorDeclaration(node)) {
    const owner = symbolName(node.parent);
    return owner === undefined ? undefined : `${owner}.constructor`;
  }
  const name = tsc.getNameOfDeclaration(node as ts.Declaration);
  if (name === undefined || !isPlainName(name)) return undefined;
  const text = name.text;
  if (tsc.isVariableDeclaration(node)) {
    const statement = node.parent.parent;
    return tsc.isVariableStatement(statement) && tsc.isSourceFile(statement.parent)
      ? text
      : undefined;
  }
  if (tsc.isClassElement(node) || tsc.isTypeElement(node)) {
    const owner = symbolName(node.parent);
    return owner === undefined ? undefined : `${owner}.${text}`;
  }
  return tsc.isSourceFile(node.parent) ? text : undefined;
}

function isPlainName(
  name: ts.Node,
): name is ts.Identifier | ts.PrivateIdentifier | ts.StringLiteral {
  return (
    tsc.isIdentifier(name) || tsc.isPrivateIdentifier(name) || tsc.isStringLiteral(name)
  );
}

export function findSymbols(source: ts.SourceFile): FileSymbols {
  const symbols: CodeSymbol[] = [];
  const docs: { start: number; end: number }[] = [];
  const lineAt = (position: number): number =>
    source.getLineAndCharacterOfPosition(position).line + 1;
  const tags = findTags(source);

  const add = (node: ts.Node, whole: ts.Node, exported: boolean): void => {
    const name = symbolName(node);
    if (name === undefined) return;
    // A constructor has no name: its keyword stands for it.
    const nameNode = tsc.getNameOfDeclaration(node as ts.Declaration) ?? node;
    // One symbol per name: an accessor pair or the signatures of an overload.
    if (symbols.some((symbol) => symbol.name === name)) return;
    const start = whole.getStart(source, true);
    const doc = { start, end: nameNode.getStart(source) };
    docs.push(doc);
    symbols.push({
      name,
      line: lineAt(doc.end),
      startLine: lineAt(start),
      endLine: lineAt(whole.getEnd()),
      exported,
      property: isProperty(node),
      geth: tags
        .filter((tag) => tag.at >= doc.start && tag.at < doc.end)
        .map(publicTag),
    });
  };

  for (const statement of source.statements) {
    const exported =
      tsc.canHaveModifiers(statement) &&
      tsc
        .getModifiers(statement)
        ?.some((modifier) => modifier.kind === tsc.SyntaxKind.ExportKeyword) === true;
    if (tsc.isVariableStatement(statement)) {
      for (const declaration of statement.declarationList.declarations) {
        add(declaration, statement, exported);
      }
      continue;
    }
    if (!isNamedDeclaration(statement)) continue;
    add(statement, statement, exported);
    if (tsc.isClassDeclaration(statement) || tsc.isInterfaceDeclaration(statement)) {
      for (const member of statement.members) add(member, member, exported);
    }
  }

  return {
    symbols,
    summary: summaryOf(source.text),
    strayTags: tags
      .filter((tag) => !docs.some((doc) => tag.at >= doc.start && tag.at < doc.end))
      .map(publicTag),
  };
}

function isProperty(node: ts.Node): boolean {
  if (tsc.isPropertySignature(node))
    return !(node.type && tsc.isFunctionTypeNode(node.type));
  return tsc.isPropertyDeclaration(node);
}

function isNamedDeclaration(
  node: ts.Node,
): node is
  | ts.ClassDeclaration
  | ts.FunctionDeclaration
  | ts.InterfaceDeclaration
  | ts.TypeAliasDeclaration {
  return (
    tsc.isClassDeclaration(node) ||
    tsc.isFunctionDeclaration(node) ||
    tsc.isInterfaceDeclaration(node) ||
    tsc.isTypeAliasDeclaration(node)
  );
}

interface FoundTag extends GethTag {
  readonly at: number;
}

function publicTag({ line, file, symbol }: FoundTag): GethTag {
  return { line, file, ...(symbol === undefined ? {} : { symbol }) };
}

export const gethTagRE =
  /@geth[ \t]+([\w./-]+\.go)(?:[ \t]+([A-Za-z_]\w*(?:\.\w+)*))?/g;

function findTags(source: ts.SourceFile): FoundTag[] {
  return [...source.text.matchAll(gethTagRE)].map((match) => ({
    at: match.index,
    line: source.getLineAndCharacterOfPosition(match.index).line + 1,
    file: match[1] ?? '',
    ...(match[2] === undefined ? {} : { symbol: match[2] }),
  }));
}

/** The first sentence of the comment at the top of the file. */
export function summaryOf(text: string): string {
  const first = /^(?:#!.*\n)?\s*(\/\*[^]*?\*\/|\/\/.*)/.exec(text)?.[1];
  if (first === undefined) return '';
  const words = first
    .replace(/^\/\*\*?|\*\/$/g, '')
    .split('\n')
    .map((line) => line.replace(/^\s*(?:\*|\/\/)?\s?/, '').trim());
  const end = words.findIndex(
    (line, index) => line === '' && index > 0 && words[index - 1] !== '',
  );
  const paragraph = (end < 0 ? words : words.slice(0, end)).join(' ').trim();
  return /^.*?[.?](?=\s|$)/.exec(paragraph)?.[0] ?? paragraph;
}
