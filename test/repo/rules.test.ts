import { describe, expect, it } from 'vitest';
import {
  fileProblems,
  layerProblems,
  pageProblems,
  regionProblems,
  roomProblems,
  seamProblems,
  unshownRegions,
} from '../../.vitepress/weave/rules.ts';

const files = (entries: Record<string, string>): Map<string, string> =>
  new Map(Object.entries(entries));

describe('layerProblems', () => {
  it.each([
    ['a lower layer', "import { x } from '../eth/peer.ts';", 'p2p stands above eth'],
    [
      'a type of a lower layer',
      "import type { X } from '../eth/peer.ts';",
      'p2p stands above',
    ],
    ['an import type', "let x: import('../eth/peer.ts').X;", 'p2p stands above eth'],
    ['a re-export', "export { x } from '../eth/peer.ts';", 'p2p stands above eth'],
    [
      'sockets',
      "import { dialTCP } from '../net/tcp.ts';",
      'only impl/node knows of sockets',
    ],
    ['Node', "import { join } from 'node:path';", 'also runs in a page'],
    ['a dynamic import of Node', "await import('node:net');", 'also runs in a page'],
    [
      'crypto behind the interface',
      "import { x } from '@noble/curves/x.js';",
      'our own interface',
    ],
    ['an unknown package', "import x from 'left-pad';", 'no dependency of impl/'],
    ['the tests', "import { x } from '../../test/x.ts';", 'leads out of impl/'],
  ])('refuses an import of %s', (_, text, problem) => {
    expect(layerProblems(files({ 'impl/p2p/peer.ts': text }))).toEqual([
      expect.stringContaining(problem),
    ]);
  });

  it('allows what stands above, and the provider of the platform', () => {
    const text = "import { a } from '../csp/chan.ts';\nimport { b } from '#crypto';";
    expect(layerProblems(files({ 'impl/p2p/peer.ts': text }))).toEqual([]);
  });

  it('finds a cycle, made of types or not', () => {
    const problems = layerProblems(
      files({
        'impl/csp/a.ts': "import type { B } from './b.ts';",
        'impl/csp/b.ts': "import { c } from './c.ts';",
        'impl/csp/c.ts': "import { a } from './a.ts';",
      }),
    );
    expect(problems).toEqual([
      'import cycle: impl/csp/a.ts → impl/csp/b.ts → impl/csp/c.ts → impl/csp/a.ts',
    ]);
  });

  it('refuses a folder that is in no layer', () => {
    expect(layerProblems(files({ 'impl/util/x.ts': '' }))).toEqual([
      'impl/util/x.ts: util is no layer of impl/',
    ]);
  });
});

describe('roomProblems', () => {
  it.each([
    ['a room below', '../script/thread.ts', 'run stands above script'],
    ['a room below, by its alias', '#kit/page/page-data.ts', 'run stands above page'],
    ['Node where a page runs', 'node:fs', 'also runs in a page'],
  ])('refuses an import of %s', (_, name, problem) => {
    const text = `import type { X } from '${name}';`;
    expect(roomProblems(files({ 'exercises/kit/run/judge.ts': text }))).toEqual([
      expect.stringContaining(problem),
    ]);
  });

  it('refuses what an exercise takes from a room', () => {
    const text = "import { judge } from '#kit/run/judge.ts';";
    expect(roomProblems(files({ 'exercises/01-x/exercise.test.ts': text }))).toEqual([
      expect.stringContaining('imports what stands at the top'),
    ]);
  });

  it('refuses a room that has no place, and a cycle inside one', () => {
    const problems = roomProblems(
      files({
        'exercises/kit/attic/a.ts': '',
        'exercises/kit/run/a.ts': "import './b.ts';",
        'exercises/kit/run/b.ts': "import './a.ts';",
      }),
    );
    expect(problems).toEqual([
      'exercises/kit/attic/a.ts: attic is no room of the kit',
      expect.stringContaining('import cycle'),
    ]);
  });

  it('lets a room import from those above it, the top among them', () => {
    const text = "import '../words/strings.ts';\nimport { x } from '../unsolved.ts';";
    const test = "import { outcome } from '#kit/outcome.ts';";
    const all = { 'exercises/kit/run/judge.ts': text, 'exercises/01-x/plug.ts': test };
    expect(roomProblems(files(all))).toEqual([]);
  });
});

describe('seamProblems', () => {
  it.each([
    'const t = Date.now();',
    'const t = new Date();',
    'const t = performance.now();',
    'const x = Math.random();',
    'crypto.getRandomValues(bytes);',
    'setTimeout(run, 5);',
    "import { randomBytes } from 'node:crypto';",
  ])('refuses %s', (text) => {
    expect(seamProblems('impl/p2p/peer.ts', text)).toHaveLength(1);
  });

  it.each([
    '// Date.now() is the clock of the wall',
    "const text = 'Math.random()';",
    'const rounded = Math.floor(x);',
    'runtime().setTimeout(5);',
  ])('lets %s pass', (text) => {
    expect(seamProblems('impl/p2p/peer.ts', text)).toEqual([]);
  });
});

describe('regionProblems', () => {
  const wrap = (body: string): string => `// #region a\n${body}\n// #endregion a\n`;

  it.each([
    ['a name that exists twice', wrap('x;') + wrap('y;'), 'region "a" exists twice'],
    ['a region without an end', '// #region a\nx;\n', 'region "a" has no #endregion'],
    ['an end without a region', 'x;\n// #endregion a\n', '#endregion a closes nothing'],
    ['a name with blanks', '// #region a b\nx;\n', '#region needs a name'],
    ['an empty region', wrap(''), 'region "a" is empty'],
    ['a long region', wrap('x;\n'.repeat(61)), 'has 61 lines of code'],
    ['a fourth note', wrap('//: n\nx;\n'.repeat(4)), 'has 4 margin notes'],
    ['a note of three lines', wrap('//: a\n//: b\n//: c\nx;'), 'of more than 2 lines'],
  ])('finds %s', (_, text, problem) => {
    expect(regionProblems('impl/a.ts', text)).toContainEqual(
      expect.stringContaining(problem),
    );
  });

  it('counts neither notes, subgoals nor blank lines', () => {
    const body = `${'x;\n\n'.repeat(59)}//= the last\n//: a note\nx;`;
    expect(regionProblems('impl/a.ts', wrap(body))).toEqual([]);
  });

  it('accepts a long region that has a reason', () => {
    const text = wrap('x;\n'.repeat(61));
    expect(regionProblems('impl/a.ts', text, { 'impl/a.ts#a': 'one loop' })).toEqual(
      [],
    );
  });
});

describe('unshownRegions', () => {
  const all = files({ 'impl/a.ts': '// #region a\nx;\n// #endregion a\n' });

  it('finds a region that no page shows', () => {
    expect(unshownRegions(all, new Set(), {}).unshown).toEqual(['impl/a.ts#a']);
  });

  it('finds a reason that is not needed any more', () => {
    const reasons = { 'impl/a.ts#a': 'later', 'impl/a.ts#gone': 'later' };
    const { unshown, stale } = unshownRegions(all, new Set(['impl/a.ts#a']), reasons);
    expect(unshown).toEqual([]);
    expect(stale).toEqual(['impl/a.ts#a', 'impl/a.ts#gone']);
  });
});

describe('pageProblems', () => {
  const all = files({ 'impl/p2p/peer.ts': '// #region run\nx;\n// #endregion run\n' });
  const problemsOf = (text: string): string[] =>
    pageProblems('docs/guide/06.md', text, all);

  it.each([
    ['an unknown region', '<<< @/../impl/p2p/peer.ts#walk', 'no region "walk"'],
    ['an unknown file', '<<< @/../impl/p2p/per.ts#run', 'no such file'],
    ['a whole file', '<<< @/../impl/p2p/peer.ts', 'name a region'],
    ['line numbers', '<<< @/../impl/p2p/peer.ts#run{3-9}', 'line numbers go stale'],
    [
      'line numbers after a blank',
      '<<< @/../impl/p2p/peer.ts#run {3,9 ts}',
      'line numbers',
    ],
    ['typed code', '```ts\nx;\n```', 'code typed into a page'],
    [
      'a long sketch',
      `\`\`\`ts sketch\n${'x;\n'.repeat(7)}\`\`\``,
      'a sketch of 7 lines',
    ],
  ])('finds %s', (_, text, problem) => {
    expect(problemsOf(`# Title\n\n${text}\n`)).toEqual([
      expect.stringContaining(problem),
    ]);
  });

  it.each([
    ['a region', '<<< @/../impl/p2p/peer.ts#run'],
    ['a region by a path from the page', '<<< ../../impl/p2p/peer.ts#run'],
    ['a sketch', '```ts sketch\nx;\n```'],
    ['a shell session', '```sh\nnpm test\n```'],
    ['a reference that is quoted in a fence', '```md\n<<< @/../impl/x.ts#y\n```'],
    ['another kind of file', '<<< @/traces/meet.json'],
  ])('lets %s pass', (_, text) => {
    expect(problemsOf(`# Title\n\n${text}\n`)).toEqual([]);
  });
});

describe('fileProblems', () => {
  it('finds a long file and a file of odds and ends', () => {
    expect(fileProblems('impl/p2p/utils.ts', 'x;\n'.repeat(351))).toEqual([
      expect.stringContaining('351 lines'),
      expect.stringContaining('name a file after what it holds'),
    ]);
  });
});
