/**
 * VitePress writes language and direction into the page when it wakes, the same that are
 * there. To the browser that is a change, after which it works out the style of every
 * element of the page anew. This plugin leaves what is the same.
 */
import type { Plugin } from 'vite';

const assignment = /document\.documentElement\.(lang|dir) = (\w+)\.value;/g;

export function sameLanguage(): Plugin {
  return {
    name: 'peerwalk-same-language',
    apply: 'build',
    enforce: 'pre',
    transform(code, id) {
      if (!/vitepress\/dist\/client\/app\/index\.js$/.test(id)) return undefined;
      let count = 0;
      const changed = code.replace(assignment, (whole, name: string, value: string) => {
        count++;
        return `if (document.documentElement.${name} !== ${value}.value) ${whole}`;
      });
      if (count !== 2)
        this.error('VitePress sets language and direction in another way');
      return { code: changed, map: null };
    },
  };
}
