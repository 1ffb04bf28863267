import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig, type DefaultTheme, type HeadConfig } from 'vitepress';
import { createCssVariablesTheme } from 'shiki';
import { registerTS } from 'vue/compiler-sfc';
import { boxes } from './build/boxes.ts';
import { commandLinks } from './build/commands.ts';
import { withPolicy } from './build/csp.ts';
import { siteEnv } from './build/env.ts';
import { smallFonts } from './build/fonts.ts';
import { writeLlms } from './build/llms.ts';
import { notFoundWithoutScript } from './build/not-found.ts';
import { checkPredictions } from './build/predictions.ts';
import { createPreloads } from './build/preloads.ts';
import { sameLanguage } from './build/same-language.ts';
import { createSearch } from './build/search.ts';
import { stepLinks } from './build/steps.ts';
import { plainEmptyHeads } from './build/tables.ts';
import { textFirst } from './build/text-first.ts';
import { bindUnits } from './build/units.ts';
import { wholeListings } from './build/whole-listings.ts';
import { tracePlugin } from './build/trace-plugin.ts';
import { runnerPlugin } from './runner/plugin.ts';
import { typesPlugin } from './runner/types-plugin.ts';
import { en } from './theme/strings/en.ts';
import { tsc } from './weave/compiler.ts';
import { createWeave } from './weave/index.ts';

registerTS(() => tsc); // Vue's own way loads it at once
const env = siteEnv();
const search = createSearch();
const weave = createWeave({
  base: env.base,
  cleanUrls: false,
  repoUrl: env.repoUrl,
  stateFragments: [/^t=\d+$/], // a step of the trace
  isPart: env.isPart,
});
weave.prepare();
const preloads = createPreloads(env.base);
const repoDir = dirname(dirname(fileURLToPath(import.meta.url)));
const card =
  env.siteUrl === undefined ? undefined : `${env.siteUrl}${env.base}card.png`;

const head: HeadConfig[] = [
  ['link', { rel: 'icon', href: `${env.base}favicon.svg`, type: 'image/svg+xml' }],
  ['link', { rel: 'icon', href: `${env.base}favicon.ico`, sizes: '32x32' }],
  ['link', { rel: 'apple-touch-icon', href: `${env.base}apple-touch-icon.png` }],
  [
    'meta',
    { name: 'theme-color', content: '#f8f4eb', media: '(prefers-color-scheme: light)' },
  ],
  [
    'meta',
    { name: 'theme-color', content: '#171918', media: '(prefers-color-scheme: dark)' },
  ],
  ['meta', { property: 'og:site_name', content: en.site.title }],
  ['meta', { property: 'og:type', content: 'website' }],
];
if (card !== undefined) {
  head.push(
    ['meta', { property: 'og:image', content: card }],
    ['meta', { property: 'og:image:alt', content: en.site.cardAlt }],
    ['meta', { name: 'twitter:card', content: 'summary_large_image' }],
  );
}

interface ThemeConfig {
  readonly repoUrl: string | undefined;
  readonly search: {
    readonly provider: 'local';
    readonly options: DefaultTheme.LocalSearchOptions;
  };
}

export default defineConfig<ThemeConfig>({
  srcDir: 'docs',
  lang: 'en',
  title: en.site.title,
  titleTemplate: `:title · ${en.site.title}`,
  description: en.site.description,
  base: env.base,
  cleanUrls: false, // pages open from any static host, without rewriting
  // Switching transitions off for a moment would style a long page twice at its start.
  appearance: { disableTransition: false },
  head,
  ...(env.siteUrl === undefined
    ? {}
    : { sitemap: { hostname: `${env.siteUrl}${env.base}` } }),
  ...(env.isPart && {
    srcExclude: ['source/impl/**'],
    ignoreDeadLinks: [/\/source\/impl\//],
  }),
  router: { prefetchLinks: false },
  themeConfig: {
    repoUrl: env.repoUrl,
    search: {
      provider: 'local',
      options: {
        _render: search.render,
      },
    },
  },
  markdown: {
    typographer: true,
    headers: { level: [2] }, // the sections of a chapter
    theme: createCssVariablesTheme({
      name: 'peerwalk',
      variablePrefix: '--pw-code-',
      fontStyle: true,
    }),
    config(md) {
      boxes(md);
      plainEmptyHeads(md);
      bindUnits(md);
      stepLinks(md, repoDir);
      commandLinks(md);
      weave.markdown(md);
    },
  },
  vue: {
    script: {
      // For the types of props: the compiler of TypeScript would be loaded for its `sys`.
      fs: { fileExists: existsSync, readFile: (file) => readFileSync(file, 'utf8') },
    },
    template: { compilerOptions: { nodeTransforms: [wholeListings] } },
  },
  vite: {
    plugins: [
      tracePlugin(repoDir),
      weave.vite(),
      runnerPlugin(),
      typesPlugin(),
      search.plugin,
      smallFonts(repoDir),
      sameLanguage(),
      preloads.plugin,
    ],
    build: { chunkSizeWarningLimit: 900 },
    // What every page loads is made while the reader's browser opens.
    server: { warmup: { clientFiles: ['../.vitepress/theme/index.ts'] } },
  },
  async transformPageData(pageData) {
    const { frontmatter, relativePath } = pageData;
    if (/^guide\//.test(relativePath)) {
      const text = readFileSync(join(repoDir, 'docs', relativePath), 'utf8');
      await checkPredictions(relativePath, frontmatter, text);
    }
    // An exercise page is made of its folder; its title is the exercise's.
    const title: unknown = pageData.params?.['title'];
    if (typeof title === 'string') {
      pageData.title = title;
      pageData.description = String(pageData.params?.['description'] ?? '');
    }
    frontmatter['layout'] ??= layoutFor(relativePath);
  },
  transformHead({ pageData, title, description, assets }) {
    const tags: HeadConfig[] = [
      // The fonts are there at the first paint, and no line breaks anew.
      ...assets
        .filter((path) =>
          /(?:serif-4|inter|mono)-latin-wght-normal.*\.woff2$/.test(path),
        )
        .map((href): HeadConfig => {
          const as = { rel: 'preload', as: 'font', type: 'font/woff2' };
          return ['link', { ...as, href, crossorigin: '' }];
        }),
      ['meta', { property: 'og:title', content: title }],
      ['meta', { property: 'og:description', content: description }],
    ];
    if (env.siteUrl !== undefined && pageData.relativePath !== '404.md') {
      const path = pageData.relativePath
        .replace(/(^|\/)index\.md$/, '$1')
        .replace(/\.md$/, '.html');
      tags.push([
        'link',
        { rel: 'canonical', href: `${env.siteUrl}${env.base}${path}` },
      ]);
    }
    return tags;
  },
  transformHtml(html, _id, context) {
    const complete =
      context.page === '404.md' ? notFoundWithoutScript(html, env.base) : html;
    return withPolicy(textFirst(preloads.complete(complete)));
  },
  async buildEnd(siteConfig) {
    await writeLlms(siteConfig.outDir, env);
    weave.buildEnd(siteConfig.outDir); // last: it reads what the others wrote
  },
});

function layoutFor(relativePath: string): string {
  if (relativePath === 'index.md') return 'home';
  if (/^guide\/(?!index)/.test(relativePath)) return 'chapter';
  if (/^exercises\/(?!index)/.test(relativePath)) return 'exercise';
  if (/^source\//.test(relativePath)) return 'source';
  if (/^reference\//.test(relativePath)) return 'reference';
  return 'page';
}
