/** Names of the tests of a table, as vitest forms them: `%s`, `%i`, `%#`, `$key`. */

import { format, objDisplay } from '@vitest/utils/display';

const directive = /%[sdifjoOc%]/g;

export function titleOf(
  template: string,
  items: readonly unknown[],
  row: number,
): string {
  const numbered = template
    .split('%%')
    .map((part) => part.replaceAll('%#', String(row)).replaceAll('%$', String(row + 1)))
    .join('%%');
  const placeholders = numbered.split('%').length - 1;
  let used = 0;
  let last = 0;
  let title = '';
  for (const match of numbered.matchAll(directive)) {
    title += withAttributes(numbered.slice(last, match.index), items);
    title += used < placeholders ? format(match[0], items[used]) : match[0];
    used += 1;
    last = match.index + match[0].length;
  }
  return title + withAttributes(numbered.slice(last), items);
}

function withAttributes(text: string, items: readonly unknown[]): string {
  const [first] = items;
  return text.replaceAll(/\$([$\w.]+)/g, (whole, path: string) => {
    if (/^\d+$/.test(path)) return objDisplay(items[Number(path)]);
    if (typeof first !== 'object' || first === null) return whole;
    const value = path
      .split('.')
      .reduce<unknown>(
        (found, key) =>
          typeof found === 'object' && found !== null
            ? Reflect.get(found, key)
            : undefined,
        first,
      );
    return objDisplay(value);
  });
}
