/**
 * Colour classes for TypeScript, from TypeScript's own syntax tree. One short class per
 * span keeps a page of listings small; weave.css gives them the colours of the theme.
 */

import type ts from 'typescript';
import { tsc } from './compiler.ts';

export type TokenClass = 'k' | 's' | 'n' | 'c' | 't' | 'f';

export interface Token {
  readonly start: number;
  readonly end: number;
  /** keyword, string, number, comment, type, function; absent for plain text */
  readonly kind?: TokenClass;
}

/** Tokens and comments of the file, in order; white space lies between them. */
export function tokensOf(source: ts.SourceFile): Token[] {
  const tokens: Token[] = [];
  let end = 0;

  const comments = (until: number): void => {
    // Between two tokens there is nothing but white space and comments.
    const gap = source.text.slice(end, until);
    for (const match of gap.matchAll(/\/\/[^\n]*|\/\*[\s\S]*?\*\//g)) {
      const start = end + match.index;
      tokens.push({ start, end: start + match[0].length, kind: 'c' });
    }
  };

  const visit = (node: ts.Node): void => {
    if (
      node.kind >= tsc.SyntaxKind.FirstJSDocNode &&
      node.kind <= tsc.SyntaxKind.LastJSDocNode
    ) {
      return; // a comment to us
    }
    const children = node.getChildren(source);
    if (children.length > 0) {
      children.forEach(visit);
      return;
    }
    const start = node.getStart(source);
    if (start >= node.end) return;
    comments(start);
    const kind = classOf(node);
    tokens.push({ start, end: node.end, ...(kind === undefined ? {} : { kind }) });
    end = node.end;
  };

  visit(source);
  comments(source.text.length);
  return tokens;
}

function classOf(node: ts.Node): TokenClass | undefined {
  const { kind } = node;
  if (kind >= tsc.SyntaxKind.FirstKeyword && kind <= tsc.SyntaxKind.LastKeyword)
    return 'k';
  if (
    kind >= tsc.SyntaxKind.FirstTemplateToken &&
    kind <= tsc.SyntaxKind.LastTemplateToken
  ) {
    return 's';
  }
  if (
    kind === tsc.SyntaxKind.StringLiteral ||
    kind === tsc.SyntaxKind.RegularExpressionLiteral
  ) {
    return 's';
  }
  if (kind === tsc.SyntaxKind.NumericLiteral || kind === tsc.SyntaxKind.BigIntLiteral)
    return 'n';
  if (tsc.isIdentifier(node) || tsc.isPrivateIdentifier(node)) return classOfName(node);
  return undefined;
}

function classOfName(
  node: ts.Identifier | ts.PrivateIdentifier,
): TokenClass | undefined {
  const { parent } = node;
  if (
    tsc.isFunctionLike(parent) ||
    (tsc.isCallExpression(parent) && parent.expression === node) ||
    (tsc.isPropertyAccessExpression(parent) &&
      parent.name === node &&
      tsc.isCallExpression(parent.parent) &&
      parent.parent.expression === parent)
  ) {
    return tsc.isTypeReferenceNode(parent) ? 't' : 'f';
  }
  const isType =
    tsc.isTypeReferenceNode(parent) ||
    tsc.isExpressionWithTypeArguments(parent) ||
    tsc.isClassDeclaration(parent) ||
    tsc.isInterfaceDeclaration(parent) ||
    tsc.isTypeAliasDeclaration(parent) ||
    tsc.isTypeParameterDeclaration(parent) ||
    (tsc.isNewExpression(parent) && parent.expression === node) ||
    (tsc.isImportSpecifier(parent) && /^[A-Z][A-Za-z]*[a-z]/.test(node.text));
  return isType ? 't' : undefined;
}
