/** Marks in code: where they stand, and that nothing else changes. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { transform } from 'sucrase';
import { describe, expect, it } from 'vitest';
import { instrument } from '#kit/trace/instrument.ts';
import { markNames } from '#kit/trace/mark-names.ts';
import { isRecordable, withMarks } from '#kit/trace/recorded.ts';
import { repository } from '#kit/catalog/sources.ts';
import { callLines, parsed, withoutMarks } from './marks.ts';

/** Every TypeScript file under `folder`, by its path from the repository's root. */
function filesOf(folder: string): string[] {
  return readdirSync(join(repository.root, folder), {
    recursive: true,
    encoding: 'utf8',
  })
    .map((file) => `${folder}/${file.replaceAll('\\', '/')}`)
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'));
}

function read(file: string): string {
  return readFileSync(join(repository.root, file), 'utf8');
}

function withoutTypes(source: string): string {
  return transform(source, { transforms: ['typescript'], disableESTransforms: true })
    .code;
}

function marked(code: string, machinery = false): string {
  const text =
    instrument(code, { sourceType: 'module', machinery }) ??
    instrument(code, { sourceType: 'script', machinery });
  if (text === undefined) throw new Error('not instrumented');
  return text;
}

/** What a code does, as text: its syntax tree without places and without marks. */
function meaning(code: string): string {
  return JSON.stringify(withoutMarks(parsed(code)));
}

const corpus = ['impl', 'exercises']
  .flatMap(filesOf)
  .filter((file) => !read(file).includes('__peerwalk')); // but for those about marks

// Code of other people's, with everything that the language has.
const foreign = [
  'acorn/dist/acorn.mjs',
  'chai/index.js',
  'fast-check/lib/fast-check.js',
];

// Each inside a function, where a mark or the brackets around one could do harm.
const hazards = [
  '"use strict"; f()',
  'if (a) f()\nelse g()',
  'if (a) f(); else if (g()) h(); else i()',
  'for (;;) f()',
  'for (let i = f(); g(i); i++, h()) i()',
  'for (const x of xs) f(x)',
  'for (const x in f()) g(x)',
  'for await (const x of f()) g(x)',
  'do f()\nwhile (g())',
  'do f(); while (g()) h()',
  'outer: for (let i = f(); ; ) { for (;;) continue outer }',
  'if (a) outer: for (let i = f(); ; ) { continue outer }',
  'switch (f()) { case g(): h(); case"x".at(0): i(); break; default: j() }',
  'let a = b\n++c\nf()',
  'f()\n;[a, b] = g()',
  'f()\n;(g())',
  'const a = f()\nlet\nb',
  'return"x".at(f()).b()',
  'return (f(), g())',
  'return f() + g() * h()',
  'return\nf()',
  'throw f(g())',
  'const g = () => ({ a: f() })',
  'const g = () => (f(), h())',
  'const g = (a = f()) => a?.b()',
  'const g = async () => await f(await h())',
  'a?.b().c(f())',
  'a?.[f()]?.(g()).h?.(i())',
  'f(a?.b(), g())',
  'new (f())()',
  'new (f().a)(g(), h())',
  'new f',
  'f`${g()}${h()}`(i())',
  'a ? f() : g() ? h() : i()',
  'x = a ? (f(), g()) : h()',
  'a() && b() || (c() ?? d)',
  'const { a = f(), [g()]: b } = h()',
  'class A extends f() { #a = g(); static { h() } constructor() { super(f(), g()); h() } }',
  'class A { get a() { return f(g()) } toString() { return f(g()) } async *b() { yield f(yield g()) } }',
  'const a = { get a() { return f() }, set a(b) { f(b) }, f() { f() }, [g()]: h() }',
  'const a = function* () { const b = yield* f(yield); g() }',
  'try { f() } catch (a) { g() } finally { h() }',
  'delete f().a, typeof f(), void f(), !f(), -f()',
  'f().a = g(), f()[g()]++',
  'f(...g(), ...h())',
  'import("a").then(f(g()))',
  'function a() { f() } a()',
  '{ const a = f() }',
  'f() /* comment */ // another\n',
  '#a in f()',
].map((code) =>
  code.startsWith('#a')
    ? `class B { #a; b() { ${code}, g() } }`
    : `async function test() { ${code} }`,
);

describe('instrument', () => {
  it.each([
    ['the story', false, corpus],
    ['the machinery', true, corpus.filter((file) => file.startsWith('impl/'))],
  ] as const)(
    'adds marks to our files as %s, line for line, and changes nothing else',
    (_, machinery, files) => {
      let marks = 0;
      for (const file of files) {
        const code = withoutTypes(read(file));
        const text = marked(code, machinery);
        expect(text.split('\n').length, file).toBe(code.split('\n').length);
        expect(meaning(text) === meaning(code), file).toBe(true);
        marks += text.split(`${markNames.base}+`).length - 1;
      }
      expect(files.length).toBeGreaterThan(100);
      expect(marks).toBeGreaterThan(10 * files.length);
    },
    60_000,
  );

  it.each(foreign)('changes nothing else in %s', (file) => {
    const code = read(`node_modules/${file}`);
    const text = marked(code);
    expect(text.length).toBeGreaterThan(1.1 * code.length);
    expect(meaning(text) === meaning(code)).toBe(true);
  });

  it('gives the line of every call and await in a function of our files', () => {
    for (const file of corpus.filter(isRecordable)) {
      const text = withMarks(read(file), file, 'esm') ?? '';
      const named = new Set(
        Array.from(text.matchAll(/__peerwalkBase\+(\d+)/g), ([, line]) => Number(line)),
      );
      const lines = callLines(parsed(withoutTypes(read(file))));
      expect(
        [...lines].filter((line) => !named.has(line)),
        file,
      ).toEqual([]);
    }
  });

  it.each(hazards)('changes nothing in %j', (code) => {
    const text = marked(code);
    expect(text).toContain(markNames.base);
    expect(meaning(text)).toBe(meaning(code));
    expect(meaning(marked(code, true))).toBe(meaning(code));
  });

  it('leaves alone what does not parse, and what uses its names', () => {
    const options = { sourceType: 'script' } as const;
    expect(instrument('function f( { g(); }', options)).toBeUndefined();
    expect(instrument('const f: number = g();', options)).toBeUndefined();
    expect(instrument('f(__peerwalkAt);', options)).toBeUndefined();
  });
});

/** Runs a program whose `probe` looks where the marks say that it was called. */
async function probed(lines: readonly string[]): Promise<[number, number][]> {
  const code = lines.join('\n');
  const text = instrument(code, { sourceType: 'module' });
  if (text === undefined) throw new Error('not instrumented');
  let mark = 0;
  const seen: [number, number][] = [];
  const inText = (stack = ''): number =>
    Number(/probed\.js:(\d+):/.exec(stack)?.[1] ?? NaN);
  const probe = (value: unknown): unknown => {
    seen.push([mark, inText(new Error().stack)]);
    return value;
  };
  const { at, back, base } = markNames;
  const run = (0, eval)(
    `(async function (probe, ${at}, ${back}, ${base}) {${text}\n})//# sourceURL=probed.js`,
  ) as (...given: unknown[]) => Promise<void>;
  const mark_ = (now: number): void => {
    mark = now;
  };
  await run(probe, mark_, (now: number, value: unknown) => (mark_(now), value), 0);
  return seen;
}

// Each calls `probe` in functions; the stack says where it was called.
const programs: readonly (readonly string[])[] = [
  [
    'const inner = () =>',
    '  probe(1);',
    'const f = () => {',
    '  inner();',
    '  probe(inner());',
    '};',
    'f();',
  ],
  [
    'const leaf = async (x) => {',
    '  await probe(x);',
    '  return x;',
    '};',
    'const f = async () => {',
    '  const a = probe(',
    '    await leaf(1),',
    '    probe(2),',
    '  );',
    '  probe(await leaf(a), await leaf(',
    '    probe(3)));',
    '  return (await leaf(4)) ?',
    '    probe(5) :',
    '    probe(6);',
    '};',
    'await f();',
  ],
  [
    'const leaf = (x) => {',
    '  return probe(x);',
    '};',
    'const f = () => {',
    '  for (',
    '    let i = leaf(0);',
    '    probe(i) < 2;',
    '    i += probe(1)',
    '  )',
    '    leaf(i);',
    '  let more = 2;',
    '  while (probe(more) > 0)',
    '    more = leaf(more) - 1;',
    '  do leaf(more); while (',
    '    probe(0));',
    '  if (leaf(0)) probe(1);',
    '  else if (',
    '    probe(0)) leaf(1);',
    '  else',
    '    probe(1);',
    '  switch (leaf(1)) {',
    '    case probe(0):',
    '    case probe(1):',
    '      leaf(1);',
    '      probe(2);',
    '  }',
    '  return leaf(0) || ',
    '    probe(0) || leaf(0)',
    '    && probe(1);',
    '};',
    'f();',
  ],
  [
    'class A {',
    '  b(x) {',
    '    probe(x);',
    '    return this;',
    '  }',
    '}',
    'class B extends A {',
    '  constructor() {',
    '    super(probe(1));',
    '    probe(2);',
    '  }',
    '}',
    'const f = () => {',
    '  const chain = new B(probe(0))',
    '    .b(1)',
    '    .b(probe(2));',
    '  try {',
    '    throw new Error(chain.b(1));',
    '  } catch {',
    '    probe(`${chain.b(2)}${',
    '      probe(3)}`);',
    '  } finally {',
    '    probe(4);',
    '  }',
    '  [1, 2].map((x) => chain.b(x)).forEach(',
    '    (x) => probe(x));',
    '};',
    'f();',
  ],
  [
    'function* count() {',
    '  const got = yield probe(1);',
    '  probe(yield probe(got));',
    '}',
    'const f = async () => {',
    '  for (const x of count())',
    '    probe(x);',
    '  label: for await (const x of count()) {',
    '    probe(x);',
    '    continue label;',
    '  }',
    '};',
    'await f();',
  ],
];

describe('a mark', () => {
  it.each(programs.map((lines, i) => [i + 1, lines] as const))(
    'names the line that a stack would name, in program %i',
    async (_, lines) => {
      const seen = await probed(lines);
      expect(seen.length).toBeGreaterThanOrEqual(3);
      expect(seen.map(([mark]) => mark)).toEqual(seen.map(([, stack]) => stack));
    },
  );
});
