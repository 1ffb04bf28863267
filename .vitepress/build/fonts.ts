/**
 * The fonts that a reader loads: of the packages' latin ones, the characters that the site
 * has and the weights and features that its styles use: 75 KB of 191. A character that is
 * in no text of the site, typed by the reader, comes from the system's font.
 */
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Plugin } from 'vite';

const fontUrl = /url\('(@fontsource-variable\/[^']+\.woff2)'\)/g;
/** What the styles ask for; `fonts.css` says the same. */
const weights = { min: 400, max: 700 };

/**
 * What the styles ask of a font besides its plain letters: figures of all sorts, a zero
 * that is no O. Contextual forms are half of a code font, which shows what is typed; only
 * the serif has ligatures.
 */
const features = [
  ...['kern', 'mark', 'mkmk', 'ccmp', 'locl'],
  ...['onum', 'lnum', 'tnum', 'pnum', 'zero'],
];
function featuresOf(file: string): readonly string[] {
  return /serif/.test(file) ? [...features, 'liga'] : features;
}

const textFolders = ['docs', 'exercises', 'impl', '.vitepress'];
const textFile = /\.(?:md|ts|vue|css|json)$/;
const noText = /(?:^|[\\/])(?:cache|dist|\.temp|source|node_modules)(?:[\\/]|$)/;

/** ASCII, and whatever else stands in a text that can come to a page. */
export function characters(repoDir: string): string {
  const found = new Set<string>();
  for (let code = 0x20; code < 0x7f; code++) found.add(String.fromCodePoint(code));
  for (const folder of textFolders) {
    const entries = readdirSync(join(repoDir, folder), {
      recursive: true,
      encoding: 'utf8',
    });
    for (const entry of entries) {
      if (!textFile.test(entry) || noText.test(entry)) continue;
      const text = readFileSync(join(repoDir, folder, entry), 'utf8');
      for (const [character] of text.matchAll(/[^\p{Cc}\x20-\x7e]/gu)) {
        found.add(character);
      }
    }
  }
  // The typographer makes these of plain quotes, dashes and dots.
  for (const character of '\u00a0“”‘’–—…©®™±') found.add(character);
  return [...found].sort().join('');
}

/** The path of the smaller font, made once for the same font and the same characters. */
async function smaller(file: string, text: string, cacheDir: string): Promise<string> {
  const font = readFileSync(file);
  const hash = createHash('sha256').update(font).update(text);
  const keepFeatures = featuresOf(file.replace(/^.*[\\/]/, ''));
  hash.update(JSON.stringify([weights, keepFeatures]));
  const name = hash.digest('hex').slice(0, 16);
  // The name of the package's file is known to those who look for a font to preload.
  const folder = join(cacheDir, name);
  const path = join(folder, file.replace(/^.*[\\/]/, ''));
  if (existsSync(path)) return path;
  const { default: subsetFont } = await import('subset-font');
  const made = await subsetFont(font, text, {
    targetFormat: 'woff2',
    variationAxes: { wght: weights },
    keepFeatures,
  });
  mkdirSync(folder, { recursive: true });
  const unfinished = `${path}.${process.pid}`; // two builds may do the same at once
  writeFileSync(unfinished, made);
  renameSync(unfinished, path);
  return path;
}

/** Development loads the packages' own. */
export function smallFonts(repoDir: string): Plugin {
  const { resolve } = createRequire(join(repoDir, 'package.json'));
  const cacheDir = join(repoDir, '.vitepress', 'cache', 'fonts');
  return {
    name: 'peerwalk-small-fonts',
    apply: 'build',
    async config() {
      const css = readFileSync(
        join(repoDir, '.vitepress', 'theme', 'styles', 'fonts.css'),
        'utf8',
      );
      const text = characters(repoDir);
      const wanted = [...css.matchAll(fontUrl)].map(([, font = '']) => font);
      const alias = await Promise.all(
        wanted.map(async (find) => ({
          find,
          replacement: await smaller(resolve(find), text, cacheDir),
        })),
      );
      return { resolve: { alias } };
    },
  };
}
