/** Takes marks out of a syntax tree again, as an independent reader of them. */

import { parse, type Node } from 'acorn';
import { markNames } from '#kit/trace/mark-names.ts';

type Json = { readonly [key: string]: Json } | readonly Json[] | string | number | null;

interface Plain {
  readonly type: string;
  readonly [key: string]: unknown;
}

/** A script where it can be one: a module's rules are stricter. */
export function parsed(code: string): Node {
  const options = {
    ecmaVersion: 'latest',
    allowHashBang: true,
    locations: true,
  } as const;
  try {
    return parse(code, { ...options, sourceType: 'module' });
  } catch {
    return parse(code, { ...options, sourceType: 'script' });
  }
}

function isPlain(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null && 'type' in value;
}

function isName(value: unknown, name: string): boolean {
  return isPlain(value) && value.type === 'Identifier' && value['name'] === name;
}

function isCallOf(value: unknown, name: string): value is Plain {
  return (
    isPlain(value) && value.type === 'CallExpression' && isName(value['callee'], name)
  );
}

function isMark(statement: unknown): boolean {
  if (!isPlain(statement)) return false;
  if (statement.type === 'ExpressionStatement') {
    return isCallOf(statement['expression'], markNames.at);
  }
  if (statement.type !== 'VariableDeclaration') return false;
  const [one] = statement['declarations'] as readonly Plain[];
  return isName(one?.['id'], markNames.story);
}

/** The tree as plain data, without places, marks and the braces that came with them. */
export function withoutMarks(node: unknown): Json {
  if (Array.isArray(node)) return node.filter((one) => !isMark(one)).map(withoutMarks);
  if (isCallOf(node, markNames.back)) {
    return withoutMarks((node['arguments'] as readonly unknown[]).at(-1));
  }
  if (isPlain(node) && node.type === 'SequenceExpression') {
    const [first, ...rest] = node['expressions'] as readonly unknown[];
    if (isCallOf(first, markNames.at)) {
      const [only] = rest;
      return withoutMarks(rest.length === 1 ? only : { ...node, expressions: rest });
    }
  }
  if (isPlain(node) && node.type === 'BlockStatement') {
    // One statement in braces is that statement: some marks come with braces.
    const body = (node['body'] as readonly Plain[]).filter((one) => !isMark(one));
    const [only] = body;
    if (body.length === 1 && only?.type !== 'VariableDeclaration') {
      return withoutMarks(only);
    }
  }
  if (typeof node === 'bigint') return `${node}n`;
  if (node instanceof RegExp) return String(node);
  if (typeof node !== 'object' || node === null) return node as Json; // a plain value
  return Object.fromEntries(
    Object.entries(node)
      .filter(([key]) => !['start', 'end', 'loc', 'range'].includes(key))
      .map(([key, value]) => [key, withoutMarks(value)]),
  );
}

const called: readonly unknown[] = ['CallExpression', 'NewExpression'];

/** Lines of the calls and waits inside functions, where a stack would show them. */
export function callLines(tree: unknown): ReadonlySet<number> {
  const found = new Set<number>();
  const walk = (node: unknown, inside: boolean): void => {
    if (Array.isArray(node)) for (const one of node) walk(one, inside);
    if (!isPlain(node)) return;
    if (inside && isCall(node)) found.add(lineOf(node));
    for (const [key, value] of Object.entries(node)) {
      if (key === 'value' && isPlain(value) && isForLooking(node)) {
        walk(value['body'], false);
      } else {
        walk(value, isInside(node, key, inside));
      }
    }
  };
  walk(tree, false);
  return found;
}

function isCall({ type, argument }: Plain): boolean {
  if (type !== 'AwaitExpression') return called.includes(type);
  // Awaiting a call is one thing with it.
  return !(isPlain(argument) && called.includes(argument.type));
}

function isInside({ type }: Plain, key: string, inside: boolean): boolean {
  if (type === 'NewExpression' && key === 'callee') return false;
  if (type === 'PropertyDefinition' || type === 'StaticBlock') return false;
  if (!type.includes('Function')) return inside;
  return key === 'body';
}

/** Getters and `toString` are no part of a story. */
function isForLooking({ type, kind, key, method }: Plain): boolean {
  const isMethod = type === 'MethodDefinition' || method === true;
  return kind === 'get' || (isMethod && isName(key, 'toString'));
}

function lineOf(node: Plain): number {
  const callee = node['callee'];
  const at =
    node.type === 'CallExpression' && isPlain(callee)
      ? callee.type === 'MemberExpression'
        ? callee['property']
        : callee
      : node;
  const { loc } = at as { readonly loc: { readonly start: { readonly line: number } } };
  return loc.start.line;
}
