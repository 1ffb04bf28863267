/**
 * Colour classes for TypeScript, from TypeScript's own syntax tree. One short class per
 * span keeps a page of listings small; weave.css gives them the colours of the theme.
 */

import ts from 'typescript';

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
      node.kind >= ts.SyntaxKind.FirstJSDocNode &&
      node.kind <= ts.SyntaxKind.LastJSDocNode
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
  if (kind >= ts.SyntaxKind.FirstKeyword && kind <= ts.SyntaxKind.LastKeyword)
    return 'k';
  if (
    kind >= ts.SyntaxKind.FirstTemplateToken &&
    kind <= ts.SyntaxKind.LastTemplateToken
  ) {
    return 's';
  }
  if (
    kind === ts.SyntaxKind.StringLiteral ||
    kind === ts.SyntaxKind.RegularExpressionLiteral
  ) {
    return 's';
  }
  if (kind === ts.SyntaxKind.NumericLiteral || kind === ts.SyntaxKind.BigIntLiteral)
    return 'n';
  if (ts.isIdentifier(node) || ts.isPrivateIdentifier(node)) return classOfName(node);
  return undefined;
}

function classOfName(
  node: ts.Identifier | ts.PrivateIdentifier,
): TokenClass | undefined {
  const { parent } = node;
  if (
    ts.isFunctionLike(parent) ||
    (ts.isCallExpression(parent) && parent.expression === node) ||
    (ts.isPropertyAccessExpression(parent) &&
      parent.name === node &&
      ts.isCallExpression(parent.parent) &&
      parent.parent.expression === parent)
  ) {
    return ts.isTypeReferenceNode(parent) ? 't' : 'f';
  }
  const isType =
    ts.isTypeReferenceNode(parent) ||
    ts.isExpressionWithTypeArguments(parent) ||
    ts.isClassDeclaration(parent) ||
    ts.isInterfaceDeclaration(parent) ||
    ts.isTypeAliasDeclaration(parent) ||
    ts.isTypeParameterDeclaration(parent) ||
    (ts.isNewExpression(parent) && parent.expression === node) ||
    (ts.isImportSpecifier(parent) && /^[A-Z][A-Za-z]*[a-z]/.test(node.text));
  return isType ? 't' : undefined;
}
