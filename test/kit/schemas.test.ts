import { describe, expect, it } from 'vitest';
import {
  readAnswers,
  readAssembled,
  writeAnswers,
  writeAssembled,
} from '#kit/formats/answer-text.ts';
import { lineDiff } from '#kit/words/line-diff.ts';
import { goOnWith, idOfFolder, inOrder } from '#kit/formats/ids.ts';
import { endedReport, readAnswer, readOrder } from '#kit/formats/orders.ts';
import { kitStrings } from '#kit/words/strings.ts';
import {
  readExerciseFacts,
  splitFrontMatter,
  splitHints,
} from '#kit/formats/schema-exercise.ts';
import { readManifest } from '#kit/formats/schema-manifest.ts';
import {
  emptyProgress,
  mergeProgress,
  newExercise,
  parseProgress,
  updateExercise,
  withHint,
  writeProgress,
  type Progress,
} from '#kit/formats/schema-progress.ts';
import {
  readGradeReport,
  readRunReport,
  runVerdict,
} from '#kit/formats/schema-report.ts';
import { visible } from '#kit/words/visible.ts';

const entry = { hash: 'a', state: 'tried', attempts: 2, hints: 1 } as const;

function withE07(change: object): Progress {
  return { version: 1, exercises: { E07: { ...entry, ...change } }, predictions: {} };
}

describe('parseProgress', () => {
  it('reads back what writeProgress wrote, unknown keys too', () => {
    const progress = {
      ...withE07({ draft: 'x', later: [1] }),
      alsoLater: { deep: true },
    };
    expect(parseProgress(writeProgress(progress))).toEqual(progress);
  });

  it.each([
    ['half of it', '{"version":1,', /progress: /],
    ['another version', '{"version":2,"exercises":{}}', /version: 1 is the only/],
    ['a list', '[]', /progress: an object is needed/],
    [
      'a state that is none',
      '{"version":1,"exercises":{"E07":{"hash":"","state":"won","attempts":0,"hints":0}}}',
      /exercises\.E07\.state: one of new, tried, revealed, passed/,
    ],
    [
      'a count below zero',
      '{"version":1,"exercises":{"E07":{"hash":"","state":"new","attempts":-1,"hints":0}}}',
      /attempts: a whole number/,
    ],
    ['far too much', `{"version":1,"x":"${'x'.repeat(5_000_000)}"}`, /longer than/],
  ])('refuses %s and says where', (_, text, message) => {
    expect(() => parseProgress(text)).toThrow(message);
  });

  it('does not let a __proto__ key reach any object', () => {
    const text = '{"version":1,"exercises":{},"predictions":{"__proto__":{"x":1}}}';
    const { predictions } = parseProgress(text);
    expect(Object.keys(predictions)).toEqual([]);
    expect(Reflect.get(predictions, 'x')).toBeUndefined();
  });
});

describe('mergeProgress', () => {
  it('takes the best state and the larger counts', () => {
    const merged = mergeProgress(
      withE07({ state: 'passed', hash: 'p', attempts: 1, hints: 3 }),
      withE07({ state: 'revealed', hash: 'r', attempts: 9, hints: 0 }),
    );
    expect(merged.exercises['E07']).toEqual({
      ...{ state: 'passed', hash: 'p', attempts: 9, hints: 3 },
    });
  });

  it('counts the hints that were opened on either side, each once', () => {
    const opened = (hints: number, ...which: number[]): Progress =>
      withE07(which.length === 0 ? { hints } : { hints, opened: which });
    const hintsOf = (ours: Progress, theirs: Progress): unknown => {
      const { hints, opened: which } =
        mergeProgress(ours, theirs).exercises['E07'] ?? {};
      return [hints, which];
    };
    expect(hintsOf(opened(1, 3), opened(2, 1, 3))).toEqual([2, [1, 3]]);
    // A file that does not say which: they were the first ones.
    expect(hintsOf(opened(1), opened(1, 3))).toEqual([2, [1, 3]]);
    expect(hintsOf(opened(2), opened(1))).toEqual([2, undefined]);
    expect(hintsOf(opened(Number.MAX_SAFE_INTEGER), opened(1, 2))).toEqual([
      3,
      [1, 2, 3],
    ]);
  });

  it('counts the third hint as one', () => {
    const third = withHint(newExercise, 3);
    expect(third).toEqual({ hints: 1, opened: [3] });
    expect(withHint(withHint({ ...newExercise, ...third }, 1), 3)).toEqual({
      hints: 2,
      opened: [1, 3],
    });
  });

  it.each([
    ['theirs is newer', { draft: 'a', draftAt: 1 }, { draft: 'b', draftAt: 2 }, 'b'],
    ['ours is newer', { draft: 'a', draftAt: 2 }, { draft: 'b', draftAt: 1 }, 'a'],
    ['only theirs is there', {}, { draft: 'b', draftAt: 1 }, 'b'],
    ['only ours is there', { draft: 'a', draftAt: 1 }, {}, 'a'],
    ['ours was reset later', { draftAt: 2 }, { draft: 'b', draftAt: 1 }, undefined],
  ])('takes the newest draft when %s', (_, ours, theirs, draft) => {
    const merged = mergeProgress(withE07(ours), withE07(theirs));
    expect(merged.exercises['E07']?.draft).toBe(draft);
  });

  it('loses nothing that only one side has', () => {
    const ours = { ...withE07({ mine: 1 }), predictions: { q1: 'a' }, onlyOurs: 1 };
    const theirs = {
      ...updateExercise(emptyProgress, 'E08', { state: 'passed' }),
      predictions: { q2: 'b' },
      onlyTheirs: 2,
    };
    const merged = mergeProgress(ours, theirs);
    expect(Object.keys(merged.exercises).sort()).toEqual(['E07', 'E08']);
    expect(merged.exercises['E07']?.['mine']).toBe(1);
    expect(merged).toMatchObject({ onlyOurs: 1, onlyTheirs: 2 });
    expect(merged.predictions).toEqual({ q1: 'a', q2: 'b' });
  });
});

describe('readExerciseFacts', () => {
  const fields = {
    ...{ id: 'E07', title: 'T', type: 'write', level: 3 },
    ...{ points: 30, minutes: 30, chapter: 'C4' },
  };

  it('reads the front matter of a README', () => {
    const text = `---\nid: E07\ntitle: "A: b"\ntype: write\nlevel: 3\npoints: 30\nminutes: 30\nchapter: C4\nplug: impl/p2p/peer.ts#Peer.handle\nsee: "leave > says: “no”"\n---\n\nBody.\n`;
    const { fields: read, body } = splitFrontMatter(text, 'README.md');
    expect(readExerciseFacts(read, 'README.md')).toMatchObject({
      title: 'A: b',
      plug: { file: 'impl/p2p/peer.ts', symbol: 'Peer.handle' },
      see: 'leave > says: “no”',
    });
    expect(body).toBe('\nBody.\n');
  });

  it.each([
    ['id', 'E7', /id: E and two digits/],
    ['type', 'essay', /type: one of predict/],
    ['level', 5, /level: 1 to 4/],
    ['chapter', 'six', /chapter: a chapter such as C6/],
    ['plug', 'peer.ts', /plug: FILE#EXPORT/],
    ['see', 3, /see: a text is needed/],
    ['see', 'x'.repeat(241), /see: at most 240/],
    ['colour', 'red', /unknown field colour/],
    ['id', 'W1', /chapter: W is for warm-ups/],
    ['chapter', 'W', /chapter: W is for warm-ups/],
    ['id', 'W12', /id: E and two digits, or W and one/],
  ])('refuses a wrong %s', (key, value, message) => {
    expect(() => readExerciseFacts({ ...fields, [key]: value }, 'R')).toThrow(message);
  });
});

describe('warm-ups', () => {
  it('have an id, and a chapter that is none', () => {
    const fields = { id: 'W1', title: 'T', type: 'fill', level: 1, chapter: 'W' };
    const facts = readExerciseFacts({ ...fields, points: 5, minutes: 2 }, 'R');
    expect(facts).toMatchObject({ id: 'W1', chapter: 'W' });
  });

  it.each([
    ['07-match-protocols', 'E07'],
    ['w1-send', 'W1'],
    ['kit', undefined],
    ['w12-x', undefined],
    ['1-x', undefined],
  ])('lie in folders: %s', (folder, id) => {
    expect(idOfFolder(folder)).toBe(id);
  });

  it('come before all others', () => {
    expect(['E10', 'W2', 'E01', 'W1'].sort(inOrder)).toEqual([
      'W1',
      'W2',
      'E01',
      'E10',
    ]);
  });

  it.each([
    ['somebody new begins with them', [], 'W1'],
    ['they are gone through in order', ['W1'], 'W2'],
    ['then the others begin', ['W1', 'W2'], 'E01'],
    ['who has passed another needs none', ['E01'], 'E02'],
    ['and has them left at the end', ['E01', 'E02'], 'W1'],
    ['when all is passed, nothing is next', ['W1', 'W2', 'E01', 'E02'], undefined],
  ])('%s', (_, passed: readonly string[], next) => {
    const ids = ['W1', 'W2', 'E01', 'E02'];
    expect(goOnWith(ids, (id) => passed.includes(id))).toBe(next);
  });
});

describe('splitHints', () => {
  it('needs exactly three sections with text', () => {
    expect(splitHints('## a\nx\n## b\ny\n## c\nz\n', 'h')).toEqual(['x', 'y', 'z']);
    expect(() => splitHints('## a\nx\n## b\ny\n', 'h')).toThrow(/exactly three/);
    expect(() => splitHints('## a\nx\n## b\n\n## c\nz\n', 'h')).toThrow(
      /exactly three/,
    );
  });
});

describe('readManifest', () => {
  it('refuses a hash that is none', () => {
    const starters = { E07: { hash: 'abc', text: '' } };
    expect(() => readManifest({ version: 1, starters })).toThrow(/a SHA-256 is needed/);
  });
});

describe('reports', () => {
  const test = { name: 'a', verdict: 'failed', message: 'no' } as const;

  it('gives a run the verdict of its first test that did not pass', () => {
    const passed = { name: 'b', verdict: 'passed', message: '' } as const;
    expect(runVerdict([passed, test, { ...test, verdict: 'threw' }])).toBe('failed');
    expect(runVerdict([passed])).toBe('passed');
    expect(runVerdict([]), 'no tests').toBe('failed');
  });

  it('refuses a report with a verdict that is none', () => {
    const report = { verdict: 'great', tests: [], message: '', output: [], ms: 1 };
    expect(() => readRunReport(report)).toThrow(/report\.verdict/);
    expect(() => readRunReport({ ...report, verdict: 'passed', tests: [{}] })).toThrow(
      /tests\[0\]\.name/,
    );
  });

  it('refuses a passed report with a test that did not pass', () => {
    const report = { verdict: 'passed', message: '', output: [], ms: 1 };
    expect(() => readRunReport({ ...report, tests: [test] })).toThrow(/something else/);
    expect(() => readRunReport({ ...report, tests: [] })).toThrow(/something else/);
  });

  it('reads a grade report', () => {
    const one = { id: 'E07', verdict: 'failed', points: 0, max: 30, tests: [test] };
    const report = { version: 1, exercises: [one] };
    expect(readGradeReport(report)).toEqual(report);
    expect(() => readGradeReport({ ...report, version: 0 })).toThrow(/version/);
  });

  it('names the test that hung when a run is ended', () => {
    const report = endedReport(
      [
        { type: 'ready' },
        { type: 'started', name: 'a' },
        { type: 'ended', result: { name: 'a', verdict: 'passed', message: '' } },
        { type: 'started', name: 'b' },
        { type: 'printed', line: 'so far' },
      ],
      3000,
    );
    expect(report).toMatchObject({ verdict: 'timeout', output: ['so far'] });
    expect(report.tests[1]).toMatchObject({ name: 'b', verdict: 'timeout' });
    expect(report.unrun).toBeUndefined();
  });

  it.each([
    [0, 'ended in test 1 of 21, 20 not run'],
    [3, 'ended in test 4 of 21, 17 not run'],
    [19, 'ended in test 20 of 21, 1 not run'],
  ])(
    'counts what a run that is ended in its test after %i did not come to',
    (passed, said) => {
      const done = Array.from({ length: passed }, (_, index) => ({
        name: `test ${index}`,
        verdict: 'passed' as const,
        message: '',
      }));
      const report = endedReport(
        [
          { type: 'ready' },
          { type: 'planned', tests: 21 },
          ...done.flatMap((result) => [
            { type: 'started', name: result.name } as const,
            { type: 'ended', result } as const,
          ]),
          { type: 'started', name: 'the one that hangs' },
        ],
        3000,
      );
      expect(readRunReport(report).unrun).toBe(20 - passed);
      expect(kitStrings.run.endedIn(passed + 1, report.unrun ?? 0)).toBe(said);
    },
  );
});

describe('orders and answers', () => {
  it.each([
    undefined,
    'x',
    { type: 'eval' },
    { type: 'test', exercise: 'E01' },
    { type: 'test', exercise: 'E01', code: '', alone: 1 },
  ])('refuses %o as an order', (value) => {
    expect(() => readOrder(value)).toThrow(/order/);
  });

  it.each([
    null,
    { type: 'passed' },
    { type: 'report', report: { verdict: 'passed' } },
  ])('refuses %o as an answer', (value) => {
    expect(() => readAnswer(value)).toThrow(/answer/);
  });
});

describe('answer text', () => {
  const items = [
    {
      id: 'a-b',
      question: '?',
      why: '',
      choices: [
        { id: 'x', text: 'X' },
        { id: "it's", text: 'Y' },
      ],
    },
    { id: 'c', question: '?', why: '', choices: [{ id: 'z', text: 'Z' }] },
  ];
  const puzzle = {
    lines: ['one', 'two'].map((id) => ({ id, code: id })),
    blanks: { cap: { choices: ['n + 1', 'n'] } },
  };

  it('reads back the answers that it wrote', () => {
    const answers = { 'a-b': "it's", c: undefined };
    expect(readAnswers(items, writeAnswers(items, answers))).toEqual(answers);
  });

  it('leaves out what is no choice', () => {
    expect(readAnswers(items, "answers = { 'a-b': 'q', c: \"z\" }")).toEqual({
      'a-b': undefined,
      c: 'z',
    });
  });

  it('reads back the order and the blanks that it wrote', () => {
    const answer = { order: ['two', 'one'], blanks: { cap: 'n + 1' } };
    expect(readAssembled(puzzle, writeAssembled(puzzle, answer))).toEqual(answer);
  });

  it('reads what a reader wrote on one line, and drops unknown lines', () => {
    const text = "export const order: readonly string[] = ['one', 'three', 'one'];\n";
    expect(readAssembled(puzzle, text).order).toEqual(['one']);
  });
});

describe('lineDiff', () => {
  it('keeps what is the same and marks the rest', () => {
    const kinds = lineDiff('a\nb\nc', 'a\nx\nc\nd').map(({ kind, text }) => [
      kind,
      text,
    ]);
    expect(kinds).toEqual([
      ['same', 'a'],
      ['removed', 'b'],
      ['added', 'x'],
      ['same', 'c'],
      ['added', 'd'],
    ]);
  });
});

describe('visible', () => {
  it('shows escapes and turns of direction as text', () => {
    expect(visible('\u001b[31mred\u202e\ttab\n')).toBe('\\x1b[31mred\\u202e\ttab\n');
  });
});
