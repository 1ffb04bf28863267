/**
 * A static server as the simplest host: it sends a content type, and of files that are
 * named by their content that they last, so that a page need not load and compile what
 * the page before it had.
 */
import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { extname, join, normalize } from 'node:path';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
  '.xml': 'application/xml',
};

function lasting(path: string): Readonly<Record<string, string>> {
  const isNamedByContent = path.replaceAll('\\', '/').startsWith('assets/');
  return isNamedByContent ? { 'cache-control': 'max-age=31536000, immutable' } : {};
}

export async function serve(dir: string, base: string): Promise<Server> {
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://x').pathname);
    const inside = path.startsWith(base) ? path.slice(base.length) : undefined;
    const wanted =
      inside === undefined ? undefined : normalize(inside === '' ? '.' : inside);
    const answer = async (): Promise<void> => {
      if (wanted !== undefined && !wanted.startsWith('..')) {
        const file = join(
          dir,
          path.endsWith('/') ? join(wanted, 'index.html') : wanted,
        );
        if (statSync(file, { throwIfNoEntry: false })?.isFile() === true) {
          const type = types[extname(file)] ?? 'application/octet-stream';
          const headers = { 'content-type': type, ...lasting(wanted) };
          response.writeHead(200, headers).end(await readFile(file));
          return;
        }
      }
      const missing = await readFile(join(dir, '404.html'));
      response
        .writeHead(404, { 'content-type': 'text/html; charset=utf-8' })
        .end(missing);
    };
    answer().catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return server;
}
