import MarkdownIt from 'markdown-it';
import { describe, expect, it } from 'vitest';
import { bindUnits, boundUnits } from '../../.vitepress/build/units.ts';

const nbsp = '\u00a0';

describe('boundUnits', () => {
  it.each([
    ['within 100 ms of it', `within 100${nbsp}ms of it`],
    ['at most 16 MiB, or 1 s.', `at most 16${nbsp}MiB, or 1${nbsp}s.`],
    ['2,048 bytes and 1 byte', `2,048${nbsp}bytes and 1${nbsp}byte`],
  ])('keeps number and unit of “%s” in one line', (text, bound) => {
    expect(boundUnits(text)).toBe(bound);
  });

  it.each(['at 0 B sends', '3 steps', '7 minutes'])('leaves “%s” as it is', (text) => {
    expect(boundUnits(text)).toBe(text);
  });
});

describe('bindUnits', () => {
  it('leaves code alone, and takes the text of links and cells', () => {
    const md = new MarkdownIt({ html: true });
    bindUnits(md);
    const html = md.render(
      '[after 25 ms](#x) `25 ms`\n\n| at |\n|---|\n| 10 s |\n\n    10 s\n',
    );
    expect(html).toContain(`>after 25${nbsp}ms</a> <code>25 ms</code>`);
    expect(html).toContain(`<td>10${nbsp}s</td>`);
    expect(html).toContain('<code>10 s\n</code>');
  });
});
