/**
 * The content security policy of a built page, as a meta tag, with the hashes of the
 * inline scripts that VitePress wrote into that page. Pages in development have none:
 * the development server injects its own scripts.
 */
import { createHash } from 'node:crypto';

const inlineScript = /<script(?![^>]*\ssrc=)([^>]*)>([\s\S]*?)<\/script>/g;

function isScript(attributes: string): boolean {
  const type = /\stype="([^"]*)"/.exec(attributes)?.[1];
  return type === undefined || type === 'module' || type.includes('javascript');
}

export function scriptHashes(html: string): readonly string[] {
  const hashes = new Set<string>();
  for (const [, attributes = '', code = ''] of html.matchAll(inlineScript)) {
    if (!isScript(attributes)) continue;
    hashes.add(`'sha256-${createHash('sha256').update(code).digest('base64')}'`);
  }
  return [...hashes];
}

export function policy(html: string): string {
  return [
    "default-src 'none'",
    `script-src ${["'self'", ...scriptHashes(html)].join(' ')}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "worker-src 'self'",
    "frame-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "object-src 'none'",
  ].join('; ');
}

/** Puts the policy right behind the charset, before anything that it governs. */
export function withPolicy(html: string): string {
  const charset = '<meta charset="utf-8">';
  if (!html.includes(charset)) throw new Error('a page without <meta charset="utf-8">');
  const tag = `<meta http-equiv="Content-Security-Policy" content="${policy(html)}">`;
  return html.replace(charset, `${charset}\n    ${tag}`);
}
