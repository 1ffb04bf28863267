/**
 * VitePress lets a page load early what its script imports, but not what that imports in
 * turn; each such step waits for an answer of the server. This adds the rest.
 */
import type { Plugin } from 'vite';

const scriptLink =
  /<(?:link rel="modulepreload"|script type="module")[^>]*?(?:href|src)="([^"]+\.js)"[^>]*>(?:<\/script>)?/g;

export interface Preloads {
  readonly plugin: Plugin;
  complete(html: string): string;
}

export function createPreloads(base: string): Preloads {
  const imports = new Map<string, readonly string[]>();

  function addAll(file: string, found: Set<string>): void {
    for (const imported of imports.get(file.replace(/\.lean\.js$/, '.js')) ?? []) {
      if (found.has(imported)) continue;
      found.add(imported);
      addAll(imported, found);
    }
  }

  return {
    plugin: {
      name: 'peerwalk-preloads',
      apply: 'build',
      generateBundle(_options, bundle) {
        if (this.environment.name !== 'client') return;
        for (const chunk of Object.values(bundle)) {
          if (chunk.type === 'chunk') imports.set(chunk.fileName, chunk.imports);
        }
      },
    },
    complete(html) {
      const links = [...html.matchAll(scriptLink)];
      const last = links.at(-1);
      if (last?.index === undefined) return html;
      const named = links.map(([, url = '']) => url.slice(base.length));
      const found = new Set(named);
      for (const file of named) addAll(file, found);
      const added = [...found].filter((file) => !named.includes(file));
      const tags = added.map(
        (file) => `\n    <link rel="modulepreload" href="${base}${file}">`,
      );
      const end = last.index + last[0].length;
      return html.slice(0, end) + tags.join('') + html.slice(end);
    },
  };
}
