/** Verdicts on code that does what it should not. The same script runs in the page. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { forReaders, withoutCutValues } from '#kit/words/for-readers.ts';
import type { RunReport } from '#kit/formats/schema-report.ts';
import { buildWorkerScript } from '#kit/script/script.ts';
import { Threads } from '#kit/script/thread.ts';
import { learnerGlobals } from '#kit/formats/learner-options.ts';
import { hostAsks } from './host-asks.ts';
import { OneThread } from './one-thread.ts';
import { fixtures } from './sources.ts';

/** Of the exercise that stands in for E01. */
const allTests = 7;

let threads: Threads;
/** Ends an endless loop as the other does, and keeps the processor busy for less. */
let hasty: Threads;
/** For what leaves nothing behind: to start a thread takes longer than the run. */
let one: OneThread;

beforeAll(async () => {
  const { text } = await buildWorkerScript(fixtures, 'small');
  threads = new Threads(text, 1500);
  hasty = new Threads(text, 400);
  one = new OneThread(text, 60_000);
}, 60_000); // where others share the processor
afterAll(() => Promise.all([threads.close(), hasty.close(), one.close()]));

/** In a thread of its own, as a reader's code is run. */
function run(code: string): Promise<RunReport> {
  return threads.test('E01', code);
}

function inOneThread(code: string): Promise<RunReport> {
  return one.test('E01', code);
}

/** A right answer to E01 that does `first` before it answers. */
function echo(first: string): string {
  return `export async function echo(text: string): Promise<string> {
  ${first}
  return text.toUpperCase();
}`;
}

function early(closing: string, sign: string): string {
  return `the text ends, and a ${closing} is missing for the ${sign} here`;
}

function failureOf(body: () => void): Error {
  try {
    body();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('it does not fail');
}

describe('a run', () => {
  it.each(['echo > turns %s into %s', 'turns %s into %s'])(
    'is of one test alone, if it is asked for as "%s"',
    async (name) => {
      const named = name.replace('%s', 'hello').replace('%s', 'HELLO');
      const { tests } = await one.test('E01', echo(''), named);
      expect(tests).toEqual([
        { name: 'echo > turns hello into HELLO', verdict: 'passed', message: '' },
      ]);
    },
  );

  it.each([
    ['export const x: = 3;', 1, 17],
    ['const a = 1;\nexport function echo() {\n  return (1 + ;\n}', 3, 15],
  ])('shows the place of a syntax error', async (code, line, column) => {
    expect(await inOneThread(code)).toMatchObject({ verdict: 'syntax', line, column });
  });

  const at = (line: string): string => `${echo('')}\n${line}\n`;
  it.each([
    [
      'await in a plain function',
      'export function echo() {\n  await 1;\n}',
      2,
      3,
      '`await`',
    ],
    ['await outside of functions', at('await 1;'), 5, 1, '`await` stands only inside'],
    [
      'a second const',
      echo('const a = 1;\n  const b = 2;\n  const a = 3;'),
      4,
      9,
      "'a'",
    ],
    ['a second export', at('export const a = 1;\nexport const a = 2;'), 6, 14, "'a'"],
    [
      'a private name of nobody',
      at('class A { m() { return this.#x; } }'),
      5,
      29,
      '#x',
    ],
    ['a break out of nothing', echo('break;'), 2, 3, 'break'],
    ['a broken pattern', at('const r = /(/;'), 5, 1, 'regular expression'],
    ['typeset quotes', echo('const a = “x”;'), 2, 13, '“ is a quotation mark'],
    ['a typeset apostrophe', echo('const a = ’x’;'), 2, 13, '’ is a quotation mark'],
    ['a space of no width', echo('const\u200b a = 1;'), 2, 8, '(U+200B); delete it'],
    [
      'typeset quotes below a comment',
      `/**\n * One.\n * Two.\n * Three.\n * Four.\n */\n${echo('const a = ‘x’;')}`,
      8,
      13,
      '‘ is a quotation mark',
    ],
    [
      'a sign of no meaning below a comment',
      `/**\n * One.\n * Two.\n * Three.\n * Four.\n */\n${echo('const a = …;')}`,
      8,
      3,
      'Invalid or unexpected token',
    ],
    [
      'typeset quotes behind others in a text',
      echo("const a = '“'; const b = ‘x’;"),
      2,
      28,
      '‘ is a quotation mark',
    ],
    [
      'such a space at the start',
      `// “\n\u200bconst a = 1;\n${echo('')}`,
      2,
      1,
      'U+200B',
    ],
    ['a namespace', at('namespace N { export const a = 1; }'), 5, 1, 'a namespace'],
    ['a decorator', at('@d class A {}'), 5, 1, 'decorators do not run here'],
    ['a decorated method', at('class A {\n  @d m() {}\n}'), 6, 3, 'decorators'],
    ['using', echo('using a = null;'), 2, 3, '`using` is newer than Node 20'],
    [
      'using in a list',
      echo('const x = `using b = c`;\n  for (using /* it */ a of []) break;'),
      3,
      8,
      '`using` is newer',
    ],
    ['using that waits', echo('await using a = null;'), 2, 9, '`using` is newer'],
    [
      'accessor',
      at('class A {\n  accessor x = 1;\n}'),
      6,
      3,
      '`accessor` does not run',
    ],
    [
      'a block without an end',
      'export function echo() {\n  f(`${toString}}`);\n\n',
      1,
      24,
      early('}', '{'),
    ],
    [
      'a block within another without an end',
      'export function echo() {\n  if (1) {\n    f(); // }\n  f(/}/, "}");\n}\n',
      2,
      10,
      early('}', '{'),
    ],
    ['a call without an end', 'echo(\n  1,\n', 1, 5, early(')', '(')],
    ['an arrow without an end', 'f(() => {\n  g();\n', 1, 9, early('}', '{')],
    ['a list without an end', 'const a = [1,\n 2\n', 1, 11, early(']', '[')],
    [
      'a template without an end',
      'const a = `x\n${f(`}`)} y\n',
      1,
      11,
      'the template that begins here does not end',
    ],
    [
      'a comment without an end',
      'f();\n/* x\n/\n',
      2,
      1,
      'the comment that begins here does not end',
    ],
    [
      'no value at the end',
      'const a = {};\nconst b =\n\n',
      2,
      9,
      'the text ends too early',
    ],
    ['a text without an end', "f('x);\n", 1, 3, 'Unterminated string'],
  ])('has a line and a sentence for %s', async (_, code, line, column, said) => {
    const report = await inOneThread(code);
    expect(report).toMatchObject({ verdict: 'syntax', line, column });
    expect(report.message).toContain(said);
  });

  it('finds a fault without running the code above it', async () => {
    const report = await inOneThread("console.log('ran');\nconst a = 1;\nconst a = 2;");
    expect(report).toMatchObject({ verdict: 'syntax', line: 3, output: [] });
  });

  it.each([
    ['a first line for a shell', `#!/usr/bin/env node\n${echo('')}`],
    [
      'an enum and a parameter property',
      at('enum E { A }\nclass C { constructor(readonly e: E) {} }'),
    ],
    [
      'the name `using`',
      echo(
        "const using = '// using a = 1';\n  void using\n  for (const x of using) void x;",
      ),
    ],
    ['typeset quotes in texts and comments', echo("const a = '“'; // ’")],
  ])('takes %s', async (_, code) => {
    expect(await inOneThread(code)).toMatchObject({ verdict: 'passed', message: '' });
  });

  it.each([
    ['Map.groupBy([1], (x) => x);', 'groupBy'],
    ['Promise.withResolvers();', 'withResolvers'],
    ['new Set([1]).union(new Set());', 'union'],
    ['[1].values().map((x) => x);', 'map'],
    ['new DisposableStack();', 'DisposableStack'],
  ])('has no built-in that is newer than Node 20: %s', async (code, name) => {
    const { tests } = await inOneThread(
      echo(code.replaceAll(/(Map|Promise|Set)/g, '($1 as any)')),
    );
    expect(tests[0]?.message).toContain(`\`${name}\` is newer than Node 20`);
  });

  it.each([
    ['a timer', 'setTimeout(() => { missing(); }, 0);'],
    ['a microtask', 'queueMicrotask(() => { missing(); });'],
  ])('says what %s threw, in which test, and where', async (_, code) => {
    const wait = 'await new Promise((done) => setTimeout(done, 20));';
    const { tests, message } = await run(echo(`${code}\n  ${wait}`));
    expect(tests[0]).toMatchObject({ verdict: 'threw', line: 2 });
    expect(tests[0]?.message).toMatch(/nobody could catch it: ReferenceError: missing/);
    expect(message).toBe('');
  });

  it('shows the line at which the code threw', async () => {
    const report = await inOneThread(echo('await undefined;\n  missing();'));
    expect(report.tests[0]).toMatchObject({ verdict: 'threw', line: 3 });
    expect(report.tests[0]?.message).toMatch(/^ReferenceError: missing is not defined/);
  });

  const handOver = (lines: string): string => `
import { recv, select, send } from '#impl/csp/select.ts';
export async function handOver(value: any, out: any, answers: any) {
  ${lines}
}`;

  it.each([
    ['recv', 'await out.send(value);\n  return await recv(answers);', 5],
    ['send', 'await send(out, value);\n  return answers.recv();', 4],
  ])('says of a case that is awaited that `%s` waits for nothing', async (...row) => {
    const [maker, lines, line] = row;
    const { tests } = await one.test('E04', handOver(lines));
    const words = `\`${maker}(…)\` makes a case and waits for nothing, so \`await\` gives it back`;
    expect(tests[0]).toMatchObject({ verdict: 'threw', line });
    expect(tests[0]?.message).toContain(words);
  });

  it('says of a case that is thrown, or compared, what it is', async () => {
    const thrown = 'const got = recv(answers);\n  throw got;';
    const { tests } = await one.test('E04', handOver(thrown));
    expect(tests[0]?.message).toMatch(/^threw a case: .* `await select\(/);
    const given = 'await out.send(value);\n  return out;'; // a channel is its own case
    const compared = await one.test('E04', handOver(given));
    expect(compared.tests[0]).toMatchObject({
      verdict: 'failed',
      actual: 'a case, as `recv(…)` and `send(…)` make it: `select` would wait for it',
    });
  });

  it.each([
    ['blocked', 'await out.send(value);\n  return await out.recv();', 5],
    ['blocked', 'await out.send(value);\n  await new Promise(() => 0);', 4],
    ['step-limit', 'for (;;)\n    await select({ none: send(new Wide(), 1) });', 5],
  ])('of a run that is %s has the line where the answer waits', async (...row) => {
    const [verdict, lines, line] = row;
    const wide =
      "import { Chan } from '#impl/csp/chan.ts';class Wide extends Chan<any> {\
constructor() { super('wide', 1); } }";
    const { tests } = await one.test('E04', `${wide}${handOver(lines)}`);
    expect(tests[0]).toMatchObject({ verdict, line });
  });

  it('of a wait that is begun inside of another says so, before it stands still', async () => {
    const lines = 'out.send(value);\n  return await answers.recv();';
    const { tests } = await one.test('E04', handOver(lines));
    expect(tests[0]).toMatchObject({ verdict: 'threw', line: 5 });
    expect(tests[0]?.message).toContain('a wait (recv answers) outside of a task, or');
  });

  it.each([
    [
      'a channel',
      "const early = new Chan<undefined>('early');",
      'early.send(undefined)',
    ],
    ['a group', 'const early = new WaitGroup();', 'early.wait()'],
    ['a timer', "const early = new Timer('early', 5);", 'early.recv()'],
  ])('of %s at the top of the file says where to make it', async (_, made, wait) => {
    const imports = `import { Chan } from '#impl/csp/chan.ts';
import { Timer } from '#impl/csp/timer.ts';
import { WaitGroup } from '#impl/csp/wait-group.ts';
${made}
`;
    const { tests, message } = await one.test(
      'E04',
      imports + handOver(`await ${wait};`),
    );
    expect(`${tests[0]?.message ?? ''}${message}`).toMatch(
      /^RuntimeMisuse: a channel, a group or a timer that is made at the top of the file/,
    );
  });

  it('of a channel that an earlier call has made and kept says that it was kept', async () => {
    const kept = `import { Chan } from '#impl/csp/chan.ts';
let kept: Chan<undefined> | undefined;
`;
    const lines = `kept ??= new Chan('kept', 1);
  await kept.send(undefined);
  await kept.recv();
  await out.send(value);
  return answers.recv();`;
    const { tests } = await one.test('E04', kept + handOver(lines));
    expect(tests[0]?.verdict).toBe('passed');
    expect(tests[1]?.message).toMatch(
      /^RuntimeMisuse: a wait in a run that is over: its channel, .* was made in an earlier call, and kept/,
    );
  });

  it('lets a case be chosen as ever', async () => {
    const chosen = `await select({ sent: send(out, value), never: recv(undefined) });
  return (await select({ answer: recv(answers) })).value;`;
    const { verdict } = await one.test('E04', handOver(chosen));
    expect(verdict).toBe('passed');
  });

  it('says of an error without a message that it has none', async () => {
    const { tests } = await inOneThread(echo('throw new Error(undefined);'));
    expect(tests[0]).toMatchObject({
      message: 'Error: it came without words',
      line: 2,
    });
  });

  it('says of a question without an answer that it has none', async () => {
    const open = 'export const answers = { small: undefined, large: undefined };';
    const { tests } = await one.test('E03', open);
    expect(tests[0]).toMatchObject({
      verdict: 'unsolved',
      message: 'this question is not answered yet',
    });
  });

  it('refuses an import that the page does not have', async () => {
    const report = await inOneThread(
      "import { readFile } from 'node:fs';\nexport const echo = readFile;",
    );
    expect(report).toMatchObject({ verdict: 'syntax', tests: [] });
    expect(report.message).toContain('"node:fs" cannot be imported here');
  });

  it('says which export is missing', async () => {
    const report = await inOneThread('export const eco = 1;');
    expect(report.message).toBe(
      '`echo` is not exported; the tests ask for it by this name',
    );
  });

  it('refuses code that is too long', async () => {
    const report = await inOneThread('//' + 'x'.repeat(40_000));
    expect(report.message).toMatch(/longer than 32768/);
  });

  it.each([
    ['while it is loaded', 'while (true) {}\nexport const echo = 1;'],
    ['in a test', echo('while (true) {}')],
    ['of microtasks', echo('for (;;) await undefined;')],
  ])('ends an endless loop %s', async (_, code) => {
    const report = await hasty.test('E01', code);
    expect(report.verdict).toBe('timeout');
    // All but the one in which it was ended, if it has come to the tests.
    expect(report.unrun).toBe(report.tests.length === 0 ? undefined : allTests - 1);
    console.log(`ended after ${report.ms.toFixed(0)} ms`); // the limit is 400
  });

  it('ends a test that waits for nothing, and runs no other', async () => {
    const report = await run(echo('await new Promise(() => undefined);'));
    expect(report.tests).toMatchObject([
      { verdict: 'timeout', message: 'Test timed out in 1000ms.' },
    ]);
    expect(report.unrun).toBe(allTests - 1);
    expect((await inOneThread(echo(''))).unrun).toBeUndefined();
  });

  it('reports code that ends its worker', async () => {
    const { text } = await buildWorkerScript(fixtures, 'small');
    // An answer has no way to; a script that hands one out does.
    const leaky = `globalThis.URL.leave = process.exit.bind(process, 0);\n${text}`;
    const threads = new Threads(leaky, 1500);
    const report = await threads.test('E01', echo('(URL as any).leave();'));
    await threads.close();
    expect(report).toMatchObject({ verdict: 'threw' });
    expect(report.tests[0]?.message).toBe('the code ended its worker');
  });

  it.each(hostAsks)('has nothing of a browser or of Node: %s', async (ask, words) => {
    const { tests } = await inOneThread(echo(`await (${ask});`));
    expect(tests[0]).toMatchObject({ verdict: 'threw', message: words, line: 2 });
  });

  it.each([
    ['eval', '(0, eval)("import(\'node:fs\')")'],
    ['Function', 'new Function("return import(\'node:fs\')")()'],
    ['a constructor', "(function () {}).constructor('return process')()"],
  ])('gets no module and no process through %s', async (_, ask) => {
    const { tests } = await run(echo(`const got: any = await (${ask}); await got;`));
    expect(tests[0]?.verdict).toBe('threw');
  });

  it('has the language, and what the editor of the page knows beside it', async () => {
    const names = Array.from(
      learnerGlobals.matchAll(/^declare (?:var|function|class) (\w+)/gm),
      ([, name]) => name,
    );
    expect(names.length).toBeGreaterThan(10);
    const listed = `[${names.map((name) => `typeof ${name}`).join()}].join()`;
    const { output } = await inOneThread(echo(`console.log(${listed});`));
    expect(output[0]).not.toMatch(/undefined|^$/);
  });

  it.each([
    ['one that is born so', "void Promise.reject(new Error('lost'));"],
    [
      'an async function',
      "void (async () => { await 0; throw new Error('lost'); })();",
    ],
  ])('charges a failed promise to its test, with its line: %s', async (_, lost) => {
    const { tests, verdict } = await run(echo(`if (text === 'ping') ${lost}`));
    expect(verdict).toBe('threw');
    expect(tests.length).toBeGreaterThan(1);
    expect(tests[0]).toMatchObject({ verdict: 'threw', line: 2 });
    expect(tests[0]?.message).toContain('nobody waited for it: Error: lost');
    expect(tests.at(-1)?.verdict).toBe('passed');
  });

  it('hears of a promise that fails while the code is loaded', async () => {
    const lost = await run(`void Promise.reject(new Error('lost'));\n${echo('')}`);
    expect(lost.tests[0]).toMatchObject({ verdict: 'threw', line: 1 });
  });

  it('says what was got and what was expected, and not how that was compared', async () => {
    const report = await inOneThread(echo("if (text === 'ping') return 'pong';"));
    expect(report.tests[0]).toEqual({
      name: 'echo > gives back capitals',
      verdict: 'failed',
      message: "the text that came back: expected 'pong' to be 'PING'",
      expected: 'PING',
      actual: 'pong',
    });
  });

  it.each<[string, () => void]>([
    ['expected 1 to be 2', () => expect(1).toBe(2)],
    ['expected 0 to be 6', () => expect(0).toBe(6)],
    ['expected 1 to be 0', () => expect(1).toBe(0)],
    ['expected -0 to be 0', () => expect(-0).toBe(0)],
    ['expected { a: 1 } to be { a: 1 }', () => expect({ a: 1 }).toBe({ a: 1 })],
    ['what: expected [ 1 ] to be [ 1 ]', () => expect([1], 'what').toBe([1])],
    ['expected 1 not to be 1', () => expect(1).not.toBe(1)],
    ['expected [ 1 ] to deeply equal [ 2 ]', () => expect([1]).toEqual([2])],
  ])('leaves nothing in a message for the author of the test: %s', (said, fails) => {
    expect(forReaders(failureOf(fails).message)).toBe(said);
  });

  it.each([
    [
      'what: expected [ 1, Array(3) ] to deeply equal [ 2 ]',
      'what: not what was expected',
    ],
    ['expected [ 1, Array(3) ] to deeply equal [ 2 ]', 'not what was expected'],
    ["what: expected 'a…' to be 'b'", 'what: not what was expected'],
    ['expected [ 1 ] to deeply equal [ 2 ]', 'expected [ 1 ] to deeply equal [ 2 ]'],
  ])('says no value in part where it stands whole beside: %s', (message, said) => {
    expect(withoutCutValues(message)).toBe(said);
  });

  it.each([
    "import { nope, Chan } from '#impl/csp/chan.ts';\nexport const handOver = () => [nope, Chan];",
    "import { Chan } from '#impl/csp/chan.ts';\nimport { nope as mine } from '#impl/csp/chan.ts';\nexport const handOver = () => mine(Chan);",
  ])('names an import that its module does not have', async (code) => {
    const report = await threads.test('E04', code);
    expect(report).toMatchObject({ verdict: 'syntax', tests: [] });
    expect(report.message).toBe(
      '"#impl/csp/chan.ts" has nothing that is called `nope`',
    );
    expect(report.line).toBe(code.startsWith('import { nope') ? 1 : 2);
  });

  it('says who is blocked on what', async () => {
    const code = `export const handOver = (_: number, __: unknown, answers: { recv(): Promise<number> }) =>
      answers.recv();`;
    const report = await threads.test('E04', code);
    expect(report.tests[0]).toEqual({
      name: 'handOver > gives back the answer to what it sent',
      verdict: 'blocked',
      message:
        'nothing can go on: the test waits for recv answers; doubler waits for recv questions',
      line: 2,
      column: 15,
      runs: 1,
    });
  });

  it('names the limit when tasks never come to an end', async () => {
    const code = `import { Chan } from '#impl/csp/chan.ts';
      export async function handOver() {
        const chan = new Chan<number>('own', 1);
        for (;;) { await chan.send(1); await chan.recv(); }
      }`;
    const report = await threads.test('E04', code);
    expect(report.tests[0]).toMatchObject({ verdict: 'step-limit' });
  });
});

describe('built-ins', () => {
  it.each([
    ['Array.prototype.every = () => true', 'replaced Array.prototype.every'],
    ['Array.prototype.map = () => [] as never', 'replaced Array.prototype.map'],
    ['Array.prototype.push = () => 0', 'replaced Array.prototype.push'],
    ['Array.prototype.flatMap = () => []', 'replaced Array.prototype.flatMap'],
    ['(Object.prototype as any).get = () => 1', 'added Object.prototype.get'],
    ['JSON.stringify = () => "1"', 'replaced JSON.stringify'],
    ['Object.is = () => true', 'replaced Object.is'],
    ['Promise.prototype.then = function () {}', 'replaced Promise.prototype.then'],
    ['(globalThis as any).Map = class {}', 'replaced Map'],
    ['(Object.prototype as any).toJSON = () => 1', 'added Object.prototype.toJSON'],
    ['delete (Array.prototype as any).includes', 'removed Array.prototype.includes'],
    [
      'Object.getPrototypeOf([][Symbol.iterator]()).next = () => ({ done: true })',
      'replaced ArrayIterator.prototype.next',
    ],
    [
      'Object.defineProperty(Map.prototype, "size", { get: () => 0 })',
      'replaced Map.prototype.size',
    ],
  ])('%s is a verdict', async (change, said) => {
    const wrong = (before: string): string =>
      `${before}export async function echo(text: string) { ${change}; return 'wrong'; }`;
    const inTest = await run(wrong(''));
    expect(inTest.tests[0], 'in a test').toMatchObject({
      verdict: 'tampered',
      message: `your code ${said}`,
    });
    const onLoad = await run(`${change};\n${echo('')}`);
    expect(onLoad).toMatchObject({ verdict: 'tampered', message: `your code ${said}` });
  });

  const later = `async function later(turns: number, change: () => void) {
    for (let i = 0; i < turns; i++) await undefined;
    change();
  }
  `;

  it.each([
    [
      'at once',
      `const was = Array.prototype.every;
      export async function echo(text: string) {
        Array.prototype.every = () => true;
        queueMicrotask(() => { Array.prototype.every = was; });
        return text.toUpperCase();
      }`,
      'replaced Array.prototype.every',
    ],
    [
      'after the assertion',
      `const was = Object.is;
      export async function echo() {
        await undefined;
        Object.is = () => true;
        void later(50, () => { Object.is = was; });
        return 'wrong';
      }`,
      'replaced Object.is',
    ],
    [
      'when nothing waits for it with a then any more',
      `const was = Promise.prototype.then;
      export async function echo() {
        const change = (value: unknown) =>
          Object.defineProperty(Promise.prototype, 'then', { value });
        change(() => 'wrong');
        void later(50, () => change(was));
        return 'wrong';
      }`,
      'replaced Promise.prototype.then',
    ],
  ])('are seen to be replaced though put back %s', async (_, code, said) => {
    const [first] = (await run(later + code)).tests;
    expect(first).toMatchObject({ verdict: 'tampered', message: `your code ${said}` });
  });

  it('are seen to be replaced by a task from one wait to the next', async () => {
    const code = `import type { Chan } from '#impl/csp/chan.ts';
      const was = String.prototype.trim;
      export async function handOver(
        value: number, questions: Chan<number>, answers: Chan<number>,
      ) {
        await questions.send(value);
        String.prototype.trim = () => 'wrong';
        const answer = await answers.recv();
        String.prototype.trim = was;
        return answer;
      }`;
    const report = await threads.test('E04', code);
    expect(report.tests[0]).toMatchObject({
      verdict: 'tampered',
      message: 'your code replaced String.prototype.trim',
    });
  });

  it('are watched in our own classes too', async () => {
    const code = `import { Chan } from '#impl/csp/chan.ts';
      Chan.prototype.recv = async () => 42 as never;
      export const handOver = async () => 42;`;
    const report = await threads.test('E04', code);
    expect(report.message).toBe('your code replaced Chan.prototype.recv');
  });

  it('may be used: subclasses of Error, globals of one’s own', async () => {
    const code = echo(
      'class Mine extends Error { override name = "Mine"; }\n  Object.assign(globalThis, { own: new Mine("x") });',
    );
    expect((await run(code)).verdict).toBe('passed');
  });
});

describe('output', () => {
  it('is indented in a group, and a group that stays open is nothing changed', async () => {
    const { verdict, output } = await inOneThread(
      echo(
        "console.log('a'); console.group('b'); console.log('c\\nd'); console.count();",
      ),
    );
    expect(verdict).toBe('passed');
    expect(output.slice(0, 5)).toEqual(['a', 'b', '  c', '  d', '  default: 1']);
  });

  it('is shown with control characters as text', async () => {
    const { output } = await inOneThread(echo("console.log('\\u001b[2J', { a: 1 });"));
    expect(output[0]).toBe('\\x1b[2J { a: 1 }');
  });

  it('is cut at 64 KiB', async () => {
    const report = await inOneThread(echo("console.log('x'.repeat(10_000_000));"));
    expect(report.outputCut).toBe(true);
    expect(report.output.join('').length).toBeLessThanOrEqual(64 * 1024);
  });

  it('is cut at 500 lines', async () => {
    const report = await inOneThread(
      echo('for (let i = 0; i < 1000; i++) console.log(i);'),
    );
    expect(report).toMatchObject({ outputCut: true, verdict: 'passed' });
    expect(report.output).toHaveLength(500);
  });

  it('is kept when the run is ended', async () => {
    const report = await run(echo("console.log('so far'); while (true) {}"));
    expect(report).toMatchObject({ verdict: 'timeout', output: ['so far'] });
  });
});
