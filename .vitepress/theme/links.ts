import { withBase } from 'vitepress';

/** Address of a page from its path: base in front, `.html` behind, anchor kept. */
export function pageHref(path: string): string {
  const [page = '', anchor] = path.split('#');
  const file = page.endsWith('/') ? page : `${page}.html`;
  return withBase(file) + (anchor === undefined ? '' : `#${anchor}`);
}

/** Path of the page that a route shows, in the form of `PageInfo.path`. */
export function pathOf(relativePath: string): string {
  return `/${relativePath.replace(/(^|\/)index\.md$/, '$1').replace(/\.md$/, '')}`;
}
