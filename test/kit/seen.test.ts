/** A reader's own run, recorded: where it is opened, what it brings, what it costs. */

import { items as questions } from '../../exercises/13-predict/items.ts';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Trace, TraceEvent } from '#impl/csp/trace.ts';
import { readCatalog, type Exercise } from '#kit/catalog/catalog.ts';
import { repository } from '#kit/catalog/sources.ts';
import { canSee, wantedTest } from '#kit/formats/opened.ts';
import { traceIn, type SeenLive, type SeenTest } from '#kit/formats/schema-seen.ts';
import { leaving as noted } from '#kit/run/learner.ts';
import { maxSteps, maxTraceBytes, storyOf } from '#kit/run/story.ts';
import { keptWorkerScript } from '#kit/script/kept-script.ts';
import { buildWorkerScript } from '#kit/script/script.ts';
import { Threads } from '#kit/script/thread.ts';
import { Show, type Recorder } from '#kit/terminal/show.ts';
import { fixtures } from './sources.ts';

let threads: Threads;
beforeAll(async () => {
  threads = new Threads(await keptWorkerScript(repository), 20_000);
}, 120_000);
afterAll(() => threads.close());

const catalog = readCatalog(repository);

function exerciseOf(id: string): Exercise {
  const found = catalog.find(({ facts }) => facts.id === id);
  if (found === undefined) throw new Error(`no ${id}`);
  return found;
}

function edited(id: string, from: string, to: string): string {
  const { solution } = exerciseOf(id);
  if (!solution.includes(from)) throw new Error(`${id} has no ${from}`);
  return solution.replace(from, to);
}

interface Looked {
  readonly seen: SeenTest;
  readonly trace: Trace;
  readonly at: TraceEvent | undefined;
}

/** Runs the tests, and looks at the one that is shown if none is named. */
async function look(id: string, code: string): Promise<Looked> {
  const report = await threads.test(id, code);
  const test = wantedTest(exerciseOf(id).facts, report.tests);
  if (test === undefined) throw new Error('nothing to see');
  const seen = await threads.see(id, code, test.name);
  expect({ verdict: seen.verdict, message: seen.message }).toEqual({
    verdict: test.verdict,
    message: test.message,
  });
  const trace = traceIn(seen.trace);
  return { seen, trace, at: trace.events[trace.head.at ?? -1] };
}

describe('E09, “Room for a report”', () => {
  const answer = (protoErr: string): string =>
    edited('E09', "protoErr: '4'", `protoErr: '${protoErr}'`);

  it.each([
    ['4', 'the channel protoErr has 4 places', ''],
    [
      '16',
      'the channel protoErr has 16 places',
      'it goes well, and so it does with less.',
    ],
    ['1', 'the channel protoErr has one place', 'it goes wrong in 10 of 10 orders.'],
  ])('shows a run with the room of the answer, and says it: %s', async (...row) => {
    const [places, first, said] = row;
    const { seen, trace } = await look('E09', answer(places));
    expect(trace.events.find(({ e }) => e === 'event')?.v).toBe(first);
    expect(seen.message.endsWith(said)).toBe(true);
    const stands = trace.events.some(({ k }) => k.startsWith('a report at protoErr'));
    expect(stands, 'a task finds no room').toBe(places === '1');
    const protocols = new Set(
      trace.events.map(({ k }) => k).filter((k) => /\/\d/.test(k)),
    );
    expect([...protocols].sort()).toEqual(['chat/1', 'eth/63', 'note/1']);
  });
});

/** A task stands where it calls something, on lines of the text. */
function expectCalls(events: readonly TraceEvent[], file: string, text: string): void {
  const lines = text.split('\n');
  const theirs = events.filter(({ src }) => src?.startsWith(`${file}:`));
  expect(theirs.length).toBeGreaterThan(0);
  for (const { src } of theirs) {
    expect(lines[Number(src?.split(':')[1]) - 1]).toMatch(/\w\(/);
  }
}

describe('a test that is seen', () => {
  it('is opened from the start if it passed, with the reader’s code', async () => {
    const { solution } = exerciseOf('E14');
    const { seen, trace } = await look('E14', solution);
    expect(seen.verdict).toBe('passed');
    expect(trace.head.at).toBe(0);
    const file = 'exercises/14-handle-dispatch/exercise.ts';
    expect(trace.head.sources).toEqual({ [file]: solution });
    expectCalls(trace.events, file, solution);
  });

  it.each([
    ['it passed', 'passed', '', ''],
    ['it failed', 'failed', ' hello.cap-version 64', ' hello.cap-version 62'],
  ])(
    'is opened where A reads the reader’s bytes, if %s',
    async (_, verdict, from, to) => {
      const byte = (text: string): string => (text.includes('62') ? '3e' : '40');
      const line = (text: string): string =>
        text === '' ? '' : `    ${byte(text).padEnd(47)}  //  16${text}`;
      const code = edited('E05', line(from), line(to));
      const { seen, trace, at } = await look('E05', code);
      expect(seen.verdict).toBe(verdict);
      const hello = at?.b === undefined ? undefined : trace.bytes[at.b];
      expect(at).toMatchObject({ e: 'msg', n: 'A', msg: { dir: 'in', code: 0 } });
      expect(hello?.slice(0, 34)).toBe(
        `f8520586736372697074c6c583657468${from === '' ? '40' : '3e'}`,
      );
    },
  );

  it('is opened where the reader’s code threw, on its line', async () => {
    const code = edited('E14', 'peer.getProto(msg.code)', 'peer.getProtos(msg.code)');
    const { at } = await look('E14', code);
    const line = code.split('\n').findIndex((text) => text.includes('getProtos')) + 1;
    expect(at).toMatchObject({
      e: 'event',
      k: 'readLoop',
      v: 'threw TypeError: peer.getProtos is not a function',
      src: `exercises/14-handle-dispatch/exercise.ts:${line}`,
    });
  });

  it('is opened at the deadlock, where each task waits', async () => {
    const wrong = exerciseOf('E27').wrong.find(({ name }) =>
      name.includes('reads-then'),
    );
    const { seen, trace, at } = await look('E27', wrong?.code ?? '');
    expect(seen.verdict).toBe('blocked');
    expect(at).toBe(trace.events.at(-1));
    const last = (task: string): TraceEvent | undefined =>
      trace.events.findLast(({ k }) => k === task);
    expect(last('remote')).toMatchObject({
      e: 'block',
      on: 'recv pipe A→B | pipe closing',
    });
    expect(last('eth/63')).toMatchObject({
      e: 'block',
      on: 'recv pipe B→A | pipe closing',
    });
    expect(trace.head.about).toContain('eth/63 waits for recv pipe B→A');
    // Ours is at work, for a line of theirs.
    const lines = wrong?.code.split('\n') ?? [];
    expect(at?.src).toMatch(/^impl\/p2p\/msg-pipe\.ts:/);
    expect(lines[Number(at?.from?.split(':')[1]) - 1]).toContain('peer.rw.readMsg()');
  });

  it('is opened where the reader’s code stands, though others have gone on', async () => {
    const code = edited('E04', 'recv(conn.cont), quit: recv(quit)', 'recv(conn.cont)');
    const { seen, trace, at } = await look(
      'E04',
      code.replace("verdict.case === 'quit'", 'false'),
    );
    expect(seen.verdict).toBe('blocked');
    expect(at).toMatchObject({ k: 'setupConn', e: 'block' });
    const after = trace.events.slice((at?.i ?? 0) + 1);
    expect(after.length).toBeGreaterThan(0);
    expect(after.some(({ k }) => k === 'setupConn')).toBe(false);
  });

  it('is opened at the moment that the test speaks of, though its tasks never end', async () => {
    const { starter } = exerciseOf('E27');
    const { trace, at } = await look('E27', starter);
    expect(at).toMatchObject({ e: 'event', k: 'eth/63' });
    expect(at?.v).toMatch(/^the handshake is over: Unsolved/);
    expect(at?.i).toBeLessThan(trace.events.length - 1);
  });

  it('says at its end what the test did not like', async () => {
    const wrong = exerciseOf('E14').wrong.find(({ name }) => name === 'no-way-out');
    const { trace, at } = await look('E14', wrong?.code ?? '');
    expect(at?.v).toBe(
      "the peer was over at 700 ms: wanted 'EndOfStream at 700 ms', got 'handle still waits'",
    );
    expect(at?.i).toBe(trace.events.length - 2); // before the test's own end
    expect(trace.events.some(({ k }) => k === 'outside')).toBe(false);
  });

  it('is opened at the run that failed, if it makes many', async () => {
    // Wrong for the high codes, once it has been asked a few times: the tests before count.
    const code = edited(
      'E14',
      '  const proto = peer.getProto(msg.code);',
      `  calls += 1;
  const proto = peer.getProto(calls > 3 && msg.code > 36 ? 16 : msg.code);`,
    ).replace('export async', 'let calls = 0;\nexport async');
    const report = await threads.test('E14', code);
    const failed = wantedTest(exerciseOf('E14').facts, report.tests);
    expect(failed?.name).toContain('finds the owner of any code');
    const seen = await threads.see('E14', code, failed?.name ?? '');
    // What the tests before have left in the reader's module has counted, too.
    expect(seen.message).toBe(failed?.message);
    expect(seen.runs).toBeGreaterThan(1);
    expect(seen.run).toBe(seen.runs);
    expect(seen.runs).toBe(failed?.runs);
  });

  it('shows lines that were put in order as the code that they make', async () => {
    const wrong = exerciseOf('E11').wrong.find(
      ({ name }) => name === 'leaves-tasks-behind',
    );
    const test = 'Peer.run > is not over before its tasks are';
    const trace = traceIn((await threads.see('E11', wrong?.code ?? '', test)).trace);
    const file = 'exercises/11-select-parsons/assembled.ts';
    expectCalls(trace.events, file, trace.head.sources?.[file] ?? '');
  });

  it('has a step in words for each line of an end that was put in order', async () => {
    const { solution } = exerciseOf('E24');
    const test = 'leave > tells the remote why';
    const trace = traceIn((await threads.see('E24', solution, test)).trace);
    const file = 'exercises/24-teardown-order/assembled.ts';
    const saidOn = (line: number): string[] =>
      trace.events
        .filter(({ e }) => e === 'event' || e === 'send')
        .filter(({ src, from }) => [src, from].includes(`${file}:${line}`))
        .map(({ v = '' }) => v);
    const first = 2; // under the line that stands before all
    expect([0, 1, 2, 3, 4, 5].map((at) => saidOn(first + at))).toEqual([
      ['close stop'],
      ['the farewell with reason 4 is on its way', 'the remote hears reason 4'],
      ['close the line is cut'],
      ['reader, keeper and worker are over'],
      ['B'],
      ['everybody hears “B has left”, and B is not in the table'],
    ]);
  });

  it('is refused if it runs no tasks, or is called otherwise by now', async () => {
    const { solution } = exerciseOf('E12');
    const { tests } = await threads.test('E12', solution);
    expect(tests.filter(canSee)).toEqual([]);
    await expect(threads.see('E12', solution, tests[0]?.name ?? '')).rejects.toThrow(
      'this test runs no tasks',
    );
    await expect(threads.see('E12', solution, 'gone')).rejects.toThrow(
      'no test is called "gone"',
    );
  });

  it('is opened at the moment that the assertion speaks of', async () => {
    const samples = new Threads((await buildWorkerScript(fixtures, 'whole')).text);
    try {
      const code = `import type { Chan } from '#impl/csp/chan.ts';
export const handOver = async (n: number, questions: Chan<number>, answers: Chan<number>) => {
  await questions.send(n);
  return 1 + await answers.recv();
};`;
      const report = await samples.test('E04', code);
      const failed = wantedTest({}, report.tests);
      const trace = traceIn((await samples.see('E04', code, failed?.name ?? '')).trace);
      expect(trace.events[trace.head.at ?? -1]?.v).toBe('the doubler answers');
      expect(trace.head.at).toBeLessThan(trace.events.length - 2);
    } finally {
      await samples.close();
    }
  });
});

describe('an answer that the run has refuted', () => {
  it.each([
    ['exam-two-disconnects', 1, { n: 'B', msg: { dir: 'in', code: 1 } }],
    ['exam-reason-1', 0, { n: 'B', e: 'end' }],
  ] as const)('is opened where B is left: %s', async (id, wrong, step) => {
    const item = questions.find((one) => one.id === id);
    if (item === undefined) throw new TypeError('no such question');
    const code = `export const answers = { '${id}': '${item.choices[wrong]?.id ?? ''}' };`;
    const seen = await threads.see('E13', code, item.question);
    const { events, head } = traceIn(seen.trace);
    expect(seen.verdict).toBe('failed');
    expect(events[head.at ?? -1]).toMatchObject(step);
    expect(events.slice(head.at).some(({ go }) => go?.task === 'stop')).toBe(true);
  });
});

describe('a question', () => {
  type Step = Readonly<Record<string, unknown>>;
  const opened: readonly (readonly [
    id: string,
    steps: Readonly<Record<number, Step>>,
  ])[] = [
    [
      'E01',
      {
        0: {
          t: 75,
          n: 'B',
          k: 'setupConn',
          e: 'send',
          chan: { name: 'posthandshake' },
        },
        1: { t: 100, n: 'A', e: 'msg', msg: { dir: 'out', code: 16 } },
        2: { t: 10_000, n: 'B', k: 'syncer', e: 'wake' },
        3: { n: 'B', k: 'pingLoop', e: 'block' },
        4: { n: 'B', k: 'readLoop', e: 'msg', msg: { dir: 'in', code: 1 } },
      },
    ],
    [
      'E10',
      {
        1: { n: 'A', msg: { dir: 'in', code: 5 } },
        5: { t: 2_000, k: 'les/63', e: 'end' },
      },
    ],
    [
      'E17',
      {
        0: { t: 5_000, n: 'A', k: 'eth/63', v: 'read timeout' },
        1: { t: 5_000, n: 'A', k: 'setupConn', e: 'wake' },
        4: { t: 20_000, n: 'A', e: 'send', chan: { name: 'writeErr' } },
      },
    ],
    [
      'E20',
      {
        0: {
          t: 0,
          k: 'readLoop',
          e: 'block',
          waits: [{ op: 'send', name: 'chat.in' }, {}],
        },
        3: { t: 300, k: 'eth/63', e: 'block' },
        7: { t: 800, k: 'eth/63', e: 'end' },
      },
    ],
  ];

  it.each(opened)('of %s is opened at the step that answers it', async (id, steps) => {
    const { solution } = exerciseOf(id);
    const { tests } = await threads.test(id, solution);
    const asked = tests.filter(canSee);
    for (const [at, step] of Object.entries(steps)) {
      const { trace } = await threads.see(id, solution, asked[Number(at)]?.name ?? '');
      const { events, head } = traceIn(trace);
      expect(events[head.at ?? -1]).toMatchObject(step);
    }
  });
});

/** What is told of a node A whose remote leaves. */
function leaving(heardAt: number, overAt: number): string[] {
  const seconds = (ms: number): string => (ms / 1000).toFixed(3);
  return [
    `Node A hears after ${seconds(heardAt)} s that B leaves`,
    `Node A lets B go after ${seconds(overAt)} s: it left, reason 4, “too many peers”`,
  ];
}

describe('a live connection', () => {
  it.each([
    ['solution', 100, 700],
    ['starter', 1400, 2100],
  ] as const)(
    'tells when a node hears that it is left, and when it lets go: the %s of E21',
    async (text, heardAt, overAt) => {
      const { facts, [text]: code } = exerciseOf('E21');
      const live = await threads.live('E21', code, facts.scenario ?? '');
      const told = leaving(heardAt, overAt);
      expect(live.outcome.slice(0, 2)).toEqual(told);
      expect(live.moments.slice(1).map(({ words }) => words)).toEqual(told);
      const { events } = traceIn(live.trace);
      const [heard, over] = live.moments.slice(1).map(({ step }) => events[step]);
      expect(heard).toMatchObject({ n: 'A', t: heardAt, msg: { dir: 'in', code: 1 } });
      expect(over).toMatchObject({ n: 'A', k: 'runPeer', e: 'end', t: overAt });
    },
  );

  it.each([
    [
      'an answer does better than the node’s own code',
      'our answer',
      ['That is what was wanted.', 'With the node’s own code:', ...leaving(1400, 2100)],
      [false, false, false],
    ],
    [
      'an answer is no better than the node’s own code',
      'the starter',
      [
        'What was wanted:',
        ...leaving(100, 700),
        'It ends as it does with the node’s own code.',
      ],
      [true, true, false],
    ],
    [
      'an answer is better, and slow all the same',
      'hands-alone',
      [
        'What was wanted:',
        ...leaving(100, 700),
        'With the node’s own code:',
        ...leaving(1400, 2100),
      ],
      [true, true, false],
    ],
  ])('says that %s: %s of E21', async (_, which, said, differs) => {
    const { facts, solution, starter, wrong } = exerciseOf('E21');
    const known = wrong.find(({ name }) => name === which)?.code;
    const code = which === 'our answer' ? solution : (known ?? starter);
    const live = await threads.live('E21', code, facts.scenario ?? '');
    expect(live.outcome.slice(4)).toEqual(said);
    expect(live.differs).toEqual(differs);
    expect(live.same).toBe(!differs.includes(true));
  });

  it('says where a node has a crowd of tasks, and of many that fail alike how many there are', async () => {
    const { facts, starter, solution } = exerciseOf('E18');
    const mended = await threads.live('E18', solution, facts.scenario ?? '');
    const drops =
      'Node A drops B after 20.000 s, reason 1, “network error”: write: i/o timeout';
    expect(mended.outcome.slice(0, 3)).toEqual([
      drops,
      'Node A ends with block 8.',
      expect.stringMatching(/^Node A has \d+ tasks at one time$/),
    ]);
    expect(mended.same).toBe(true);
    //: The clock that struck is right before it.
    const parted = mended.moments.find(({ words }) => words === drops);
    const steps = traceIn(mended.trace).events.slice((parted?.step ?? 0) - 1);
    expect(steps.slice(0, 2)).toMatchObject([
      { n: 'A', k: 'runPeer', e: 'wake', t: 20_000 },
      { n: 'A', k: 'runPeer', e: 'select', v: 'writeErr' },
    ]);

    const live = await threads.live('E18', starter, facts.scenario ?? '');
    const crowd = live.moments.find(({ words }) => words.includes('at one time'));
    expect(live.outcome.slice(0, 2)).toEqual([crowd?.words, drops]);
    const { events } = traceIn(live.trace);
    const alive = events.slice(0, (crowd?.step ?? 0) + 1).filter(({ n }) => n === 'A');
    const count = (kind: string): number => alive.filter(({ e }) => e === kind).length;
    expect(crowd?.words).toContain(` ${count('start') - count('end')} tasks `);
    expect(count('start') - count('end')).toBeGreaterThan(200);
    const threw = live.outcome.filter((line) => line.startsWith('pong threw: '));
    const closed = 'pong threw: ConnClosed: write: connection closed';
    expect(threw).toEqual([`${closed}: write: i/o timeout`, `${closed} (199 times)`]);
    expect(live.same).toBe(false);
  });

  it('is done with a line of a method when that has come back', async () => {
    const { solution } = exerciseOf('E18');
    const { events } = traceIn((await threads.live('E18', solution, 'ping')).trace);
    const pinged = events.findIndex(
      ({ chan, k }) => chan?.name === 'pings' && k === 'readLoop',
    );
    expect(events[pinged]?.src).toMatch(/^exercises\/18-ping-flood\/exercise\.ts:/);
    const next = events.find(
      ({ i, k, e }) => i > pinged && k === 'readLoop' && e === 'block',
    );
    expect(next?.src).toMatch(/^impl\/p2p\/peer\.ts:/);
    expect(next?.from).toBeUndefined();
  });

  it('offers no moment that the trace file has no more', async () => {
    const { facts, starter } = exerciseOf('E18');
    const one = "peer.go('pong', () => peer.sendPong());";
    const code = starter.replace(one, Array<string>(6).fill(one).join('\n      '));
    const live = await threads.live('E18', code, facts.scenario ?? '');
    const { events, head } = traceIn(live.trace);
    expect(head.leftOut?.after).toBeGreaterThan(0);
    expect(live.outcome.join()).toContain('Node A drops B after 20.000 s');
    expect(live.outcome.join()).toMatch(/Node A has 12\d\d tasks at one time/);
    const [first, ...others] = live.moments;
    expect(first?.words).toBe('`answering` runs for the first time');
    expect(others).toEqual([]);
    expect(first?.step).toBeLessThan(events.length);
  });

  it('says of an answer that it brings about more than was wanted', async () => {
    const late = "peer.go('late', () => peer.closed.wait().then(() => missing()));";
    const start = "peer.go('deliver',";
    const code = edited('E21', start, `${late}\n    ${start}`);
    const live = await threads.live(
      'E21',
      code,
      exerciseOf('E21').facts.scenario ?? '',
    );
    expect(live.outcome.slice(0, 2)).toEqual(leaving(100, 700));
    expect(live.outcome).toContain('That is more than was wanted.');
    // Each of the two queues has such a task.
    expect(live.outcome[3]).toMatch(/^late threw: ReferenceError: .* \(2 times\)$/);
    expect(live.differs).toEqual([false, false, false, true]);
    expect(live.same).toBe(false);
  });

  it('is opened where the reader’s code first runs, and says what it does there', async () => {
    const code = `\n\n${exerciseOf('E14').solution}`;
    const live = await threads.live('E14', code, 'meet');
    expect(live.sentence).toBe(
      'At 125 ms your `handle` runs for the first time, in readLoop of node B: it gives Status to statusReader, through eth.in.',
    );
    expect(live.same).toBe(true);
    expect(live.outcome.slice(0, 2)).toEqual([
      'Node A ends with block 8.',
      'Node B ends with block 8.',
    ]);
    const { events, head } = traceIn(live.trace);
    const first = events.findIndex(({ src }) => src?.includes('exercise.ts:'));
    expect(head.at).toBe(first);
    expect(live.moments[0]?.step).toBe(first);
    // At every step it is recorded where a task stands, in our code and in the reader's.
    expect(events.length).toBeGreaterThan(500);
    expect(events.filter(({ src }) => src === undefined)).toHaveLength(2);
    expectCalls(events, 'exercises/14-handle-dispatch/exercise.ts', code);
    expect(events.some(({ src }) => src?.startsWith('impl/p2p/peer.ts:'))).toBe(true);
    // What readLoop does after `handle` has come back is not done for it.
    const reads = events.filter(
      ({ i, k, e }) => i > first && k === 'readLoop' && e === 'read',
    );
    expect(reads.length).toBeGreaterThan(5);
    expect(reads.filter(({ from }) => from !== undefined)).toEqual([]);
  });

  it('tells the calls of a function that answers at once, on its own line', async () => {
    const { solution } = exerciseOf('E12');
    const live = await threads.live('E12', solution, 'protocol-returns');
    expect(live.sentence).toBe(
      'At 0 ms your `discReasonForError` runs for the first time, in runPeer of node A: it gives back 8.',
    );
    expect(live.outcome[0]).toMatch(/^Node A drops B after .* reason 8, /);
    const { events, head } = traceIn(live.trace);
    const at = events[head.at ?? -1];
    expect(at).toMatchObject({ e: 'event', v: 'discReasonForError gives back 8' });
    const line = Number(at?.src?.split(':')[1]);
    expect(solution.split('\n')[line - 1]).toContain('function discReasonForError(');
  });

  it.each([
    ['E06', 'readHello', 'meet', 'gives back'],
    ['E15', 'reasonIn', 'sorts-five', 'gives back'],
  ])(
    'of %s names the function that the reader wrote',
    async (id, own, scenario, did) => {
      const { solution, facts } = exerciseOf(id);
      const live = await threads.live(id, solution, facts.scenario ?? scenario);
      expect(live.sentence).toContain(`\`${own}\` runs for the first time`);
      expect(live.sentence).toContain(`: it ${did} `);
      expect(live.sentence).toMatch(
        id === 'E06' ? / an object with version, / : / 4\.$/,
      );
      const { events, head } = traceIn(live.trace);
      const line = Number(events[head.at ?? -1]?.src?.split(':')[1]);
      expect(solution.split('\n')[line - 1]).toContain(`function ${own}(`);
    },
  );

  it('tells what a function throws that answers at once', async () => {
    const code = edited('E06', 'export function readHello', 'function read').concat(
      '\nexport function readHello(): never {\n  throw new TypeError("not yet");\n}\n',
    );
    const live = await threads.live('E06', code, 'meet');
    expect(live.sentence).toContain('`readHello` runs for the first time');
    expect(live.sentence).toContain(': it throws TypeError: not yet');
    expect(live.same).toBe(false);
    // What comes of ours as well is not marked, and not said twice.
    expect(new Set(live.outcome).size).toBe(live.outcome.length);
    expect(live.differs).toContain(true);
  });

  it.each([
    ['E07', 'matchProtocols', 'chat/1 16–19, eth/63 20–36'],
    ['E08', 'rangesOf', 'eth/63 16–32, note/1 33–36'],
  ])('says of the ranges of %s which they are', async (id, call, ranges) => {
    const { facts, solution } = exerciseOf(id);
    const live = await threads.live(id, solution, facts.scenario ?? '');
    expect(live.sentence).toContain(`\`${call}\` runs for the first time`);
    expect(live.sentence).toContain(`: it gives back ${ranges}.`);
    expect(live.same).toBe(true);
  });

  it('says where ranges lie that are not ours', async () => {
    const code = edited('E07', 'let offset = baseProtocolLength', 'let offset = 21');
    const live = await threads.live('E07', code, 'codes-chat-before-eth');
    expect(live.sentence).toContain(': it gives back chat/1 21–24, eth/63 25–41.');
    expect(live.same).toBe(false);
  });

  it('says of another table how much is in it', async () => {
    const code = edited('E07', '  return matches;', "  return new Map([['eth', 16]]);");
    const live = await threads.live('E07', code, 'meet');
    expect(live.sentence).toContain(': it gives back a Map with one entry.');
  });

  it('names each thing that a wait is for', async () => {
    const live = await threads.live('E19', exerciseOf('E19').solution, 'meet');
    expect(live.sentence).toContain('it waits for the first of these: eth.in; closed.');
  });

  it('shows who drops whom, and why, after a wrong answer that the tests let through', async () => {
    const code = edited('E14', 'send(proto.in, msg)', 'send(proto.in, { ...msg })');
    const live: SeenLive = await threads.live('E14', code, 'meet');
    expect(live.same).toBe(false);
    const [drop] = live.outcome;
    expect(drop).toMatch(
      /^Node A drops B after 0\.150 s, reason 16, “subprotocol error”: /,
    );
    expect(live.outcome).toContain('It is not so with our code. There:');
    const { events } = traceIn(live.trace);
    const parted = live.moments.find(({ words }) => words === drop);
    const learns = { n: 'A', k: 'runPeer', e: 'select', v: 'protoErr' };
    expect(events[parted?.step ?? -1]).toMatchObject(learns);
  });

  it('runs assembled lines as it runs ours, and shows them', async () => {
    const live = await threads.live('E11', exerciseOf('E11').solution, 'meet');
    expect(live.same, live.outcome.join(' ')).toBe(true);
    const { events, head } = traceIn(live.trace);
    expect(events[head.at ?? -1]?.src).toMatch(/11-select-parsons\/assembled\.ts:\d+$/);
    expect(live.sentence).toContain('it starts the task readLoop');
  });
});

describe('Show', () => {
  const look = { colour: false, unicode: true };

  it('plays the failing test as a table, with a mark where it failed, and writes it', async () => {
    const exercise = exerciseOf('E14');
    const wrong = exercise.wrong.find(({ name }) => name === 'no-way-out');
    const mine = { ...exercise, written: wrong?.code ?? '' };
    const report = await threads.test('E14', mine.written);
    const home = mkdtempSync(join(tmpdir(), 'peerwalk-show-'));
    const printed = vi.spyOn(console, 'log').mockImplementation(() => undefined);
    try {
      const recorder: Recorder = {
        see: (one, test) => threads.see(one.facts.id, one.written, test),
        live: (one) => threads.live(one.facts.id, one.written, 'meet'),
      };
      const show = new Show(recorder, look, home);
      await show.play(mine, report);
      const lines = printed.mock.calls.map(([line]) => String(line));
      expect(lines.filter((line) => line.startsWith('>'))).toEqual([
        expect.stringMatching(/^> +10 701 ms main +the peer was over at 700 ms/),
      ]);
      expect(lines.join('\n')).toMatch(/readLoop +waits: send a\.in +exercise\.ts:\d+/);
      await show.write(mine, report);
      const file = traceIn(readFileSync(join(home, 'peerwalk-E14.jsonl'), 'utf8'));
      expect(file.head.sources).toEqual({
        'exercises/14-handle-dispatch/exercise.ts': mine.written,
      });
      expect(file.events[file.head.at ?? -1]?.v).toContain(
        'the peer was over at 700 ms',
      );
      await show.play(exerciseOf('E12'), undefined);
      expect(String(printed.mock.calls.at(-1)?.[0])).toContain('No test of this run');
    } finally {
      printed.mockRestore();
      rmSync(home, { recursive: true });
    }
  });

  it('plays the test that the exercise names, after a pass', async () => {
    const exercise = exerciseOf('E16');
    const mine = { ...exercise, written: exercise.solution };
    const report = await threads.test('E16', mine.written);
    const printed = vi.spyOn(console, 'log').mockImplementation(() => undefined);
    try {
      const recorder: Recorder = {
        see: (one, test) => threads.see(one.facts.id, one.written, test),
        live: (one) => threads.live(one.facts.id, one.written, 'meet'),
      };
      await new Show(recorder, look).play(mine, report);
      expect(exercise.facts.see).toContain('Pongs');
      const said = printed.mock.calls.map(([line]) => String(line).trim()).join(' ');
      expect(said).toContain(exercise.facts.see);
    } finally {
      printed.mockRestore();
    }
  });
});

describe('leaving', () => {
  it('notes once that a call is over, however often what was made is given back', () => {
    let notes = 0;
    const made = { run: (): number => 1 };
    const make = noted(() => made, { leaveOwn: () => notes++ });
    for (let i = 0; i < 3; i++) expect(make()).toBe(made);
    notes = 0;
    expect(made.run()).toBe(1);
    expect(notes).toBe(1);
  });
});

describe('storyOf', () => {
  const head = {
    peerwalkTrace: 1,
    code: '',
    scenario: '',
    seed: '1',
    schedule: '',
  } as const;
  const events = Array.from({ length: maxSteps + 500 }, (_, i): TraceEvent => {
    return { i, t: i, n: '', k: 'main', e: 'event', v: `step ${i}`, b: i % 3 };
  });
  const large = 'ab'.repeat(maxTraceBytes);
  const bytes = ['00', large, '01'];
  const shown = { run: { head, events, bytes }, events, about: '', sources: {} };

  it('keeps the step that is meant, and says how much it left out', () => {
    for (const at of [0, 3_000, maxSteps + 100, events.length - 1]) {
      const trace = traceIn(storyOf({ ...shown, at }).text);
      expect(trace.events).toHaveLength(maxSteps);
      expect(trace.events[trace.head.at ?? -1]?.v).toBe(`step ${at}`);
      const { before = 0, after = 0 } = trace.head.leftOut ?? {};
      expect(trace.events[0]?.v).toBe(`step ${before}`);
      expect(before + maxSteps + after).toBe(events.length);
    }
  });

  it('keeps byte strings as far as there is room', () => {
    const trace = traceIn(storyOf({ ...shown, at: 0 }).text);
    expect(trace.bytes).toEqual(['00', '01']);
    expect(trace.events.slice(0, 4).map(({ b }) => b)).toEqual([0, undefined, 1, 0]);
  });
});
