/**
 * VitePress leaves the body of 404.html to its script. A reader without scripts gets a
 * page too: the same words, with links to where the site begins.
 */
import { en } from '../theme/strings/en.ts';
import { listPages } from './pages.ts';

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('"', '&quot;');
}

export function notFoundWithoutScript(html: string, base: string): string {
  const links = listPages()
    .filter(
      (page) =>
        page.path === '/' || page.path.endsWith('/') || page.section === 'guide',
    )
    .map((page) => {
      const file = page.path.endsWith('/') ? page.path : `${page.path}.html`;
      const href = base + file.slice(1);
      return `<li><a href="${escape(href)}">${escape(page.title)}</a></li>`;
    });
  const body = [
    '<noscript><main class="pw-page pw-prose">',
    `<h1>${escape(en.notFound.title)}</h1>`,
    `<p>${escape(en.notFound.lead)}</p>`,
    `<p>${escape(en.notFound.map)}:</p><ul>${links.join('')}</ul>`,
    '</main></noscript>',
  ];
  return html.replace('<div id="app"></div>', `<div id="app"></div>${body.join('')}`);
}
