/**
 * A paragraph of `why.md` as HTML, for the pane of the solution. It is Markdown of ours, as
 * the tasks are; its links lead to pages in the same words.
 */
import MarkdownIt from 'markdown-it';

const markdown = new MarkdownIt({ html: true });

/** @param base where the site stands, with a slash at both ends */
export function whyHtml(paragraph: string, base: string): string {
  const env = {};
  const tokens = markdown.parseInline(paragraph, env);
  for (const token of tokens[0]?.children ?? []) {
    const href = token.attrGet('href');
    if (href?.startsWith('/') === true) token.attrSet('href', addressOf(href, base));
  }
  return markdown.renderer.render(tokens, markdown.options, env);
}

/** As the page's own links (`pageHref`), which a build has no router for. */
function addressOf(path: string, base: string): string {
  const [page = '', anchor] = path.split('#');
  const file = page.endsWith('/') ? page : `${page}.html`;
  return base + file.slice(1) + (anchor === undefined ? '' : `#${anchor}`);
}
