/** Licence texts of the packages whose code or fonts reach the reader's browser. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { repoDir } from '../build/pages.ts';

/** Packages that are bundled for the page or for the workers of its exercises. */
const shipped = [
  'vue',
  '@vue/shared',
  'vitepress',
  '@vueuse/core',
  'minisearch',
  '@fontsource-variable/source-serif-4',
  '@fontsource-variable/inter',
  '@fontsource-variable/jetbrains-mono',
  '@noble/curves',
  '@noble/hashes',
  '@noble/ciphers',
  'rlp',
  '@codemirror/autocomplete',
  '@codemirror/commands',
  '@codemirror/lang-javascript',
  '@codemirror/language',
  '@codemirror/lint',
  '@codemirror/state',
  '@codemirror/view',
  '@lezer/common',
  '@lezer/highlight',
  '@lezer/javascript',
  '@lezer/lr',
  '@marijn/find-cluster-break',
  'crelt',
  'style-mod',
  'w3c-keyname',
  'sucrase',
  '@vitest/expect',
  'chai',
  'typescript',
] as const;

export interface Notice {
  readonly name: string;
  readonly anchor: string;
  readonly version: string;
  readonly licence: string;
  readonly text: string;
}

export interface LicencesData {
  readonly notices: readonly Notice[];
}

declare const data: LicencesData;
export { data };

function noticeOf(name: string): Notice | undefined {
  const folder = join(repoDir, 'node_modules', name);
  if (!existsSync(folder)) return undefined;
  const manifest: unknown = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8'),
  );
  const { version, license } = manifest as { version?: string; license?: string };
  // A package may name in a file of its own whose code it holds.
  const files = readdirSync(folder).filter((entry) =>
    /^(licen[cs]e|copying|notice|thirdparty)/i.test(entry),
  );
  const texts = files.map((file) => readFileSync(join(folder, file), 'utf8').trim());
  return {
    name,
    anchor: name.replace(/[^a-z0-9]+/g, '-').replace(/^-/, ''),
    version: version ?? '',
    licence: license ?? '',
    text: texts.join('\n\n'),
  };
}

export default {
  watch: ['../../package-lock.json'],
  load(): LicencesData {
    return { notices: shipped.map(noticeOf).filter((notice) => notice !== undefined) };
  },
};
