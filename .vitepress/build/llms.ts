/**
 * `llms.txt` (the list of pages) and `llms-full.txt` (the text of the chapters and the
 * reference), for a reader that is a program.
 */
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { en } from '../theme/strings/en.ts';
import type { SiteEnv } from './env.ts';
import { bodyOf, docsDir, listPages, type PageInfo, type Section } from './pages.ts';

const titles: readonly (readonly [Section, string])[] = [
  ['guide', en.nav.walk],
  ['exercises', en.nav.exercises],
  ['reference', en.nav.reference],
  ['lab', en.nav.lab],
  ['teach', en.nav.teach],
  ['source', en.nav.source],
  ['page', 'More'],
];

function address(page: PageInfo, env: SiteEnv): string {
  const file = page.path.endsWith('/') ? page.path : `${page.path}.html`;
  return `${env.siteUrl ?? ''}${env.base}${file.slice(1)}`;
}

function fileOf(page: PageInfo): string {
  return join(
    docsDir,
    page.path.endsWith('/') ? `${page.path}index.md` : `${page.path}.md`,
  );
}

/** Puts the code of `<<< @/../impl/x.ts#region` where the line stands. */
function withListings(text: string): string {
  return text.replace(
    /^<<<\s+(\S+?)(?:#([\w-]+))?(?:\{.*\})?\s*$/gm,
    (line, path: string, region) => {
      const file = resolve(docsDir, path.replace(/^@\//, './'));
      let code: string;
      try {
        code = readFileSync(file, 'utf8');
      } catch {
        return line;
      }
      if (typeof region === 'string') {
        const found = new RegExp(
          `// #region ${region}\\n([\\s\\S]*?)\\n[^\\n]*// #endregion ${region}`,
        ).exec(code);
        code = found?.[1] ?? '';
      }
      return `\`\`\`ts\n${code.trimEnd()}\n\`\`\``;
    },
  );
}

export async function writeLlms(outDir: string, env: SiteEnv): Promise<void> {
  const pages = listPages();
  const lines = [`# ${en.site.title}`, '', `> ${en.site.description}`, ''];
  for (const [section, title] of titles) {
    const inSection = pages.filter((page) => page.section === section);
    if (inSection.length === 0) continue;
    lines.push(`## ${title}`, '');
    for (const page of inSection) {
      const about = page.description === '' ? '' : `: ${page.description}`;
      lines.push(`- [${page.title}](${address(page, env)})${about}`);
    }
    lines.push('');
  }
  await writeFile(join(outDir, 'llms.txt'), lines.join('\n'));

  const full = pages
    .filter((page) => page.section === 'guide' || page.section === 'reference')
    .map((page) => {
      const text = withListings(bodyOf(readFileSync(fileOf(page), 'utf8'))).trim();
      return `<!-- ${address(page, env)} -->\n\n${text}\n`;
    });
  await writeFile(join(outDir, 'llms-full.txt'), full.join('\n---\n\n'));
}
