/** Every word of the exercise page. A second language is a second file of this shape. */
import type { ExerciseState } from '../../../exercises/kit/formats/schema-progress.ts';
import type { ExerciseType } from '../../../exercises/kit/formats/schema-exercise.ts';
import type { TestVerdict } from '../../../exercises/kit/formats/schema-report.ts';
import { notYet } from '../../../exercises/kit/formats/verdict-view.ts';
import type { Trouble } from './sandbox.ts';

const types: Readonly<Record<ExerciseType, string>> = {
  fill: 'fill a gap',
  write: 'write it',
  parsons: 'put in order',
  predict: 'predict',
  quiz: 'why',
  'trace-table': 'trace table',
  fix: 'find the fault',
  attack: 'attack, then defend',
  bytes: 'edit bytes',
};

const states: Readonly<Record<ExerciseState, string>> = {
  new: 'not tried yet',
  tried: 'tried',
  revealed: 'solution seen',
  passed: 'passed',
};

/** Of what is not done yet, the kit says what it is (`kitStrings.notYet`). */
const verdicts: Readonly<Record<Exclude<TestVerdict, 'unsolved'>, string>> = {
  passed: 'passes',
  failed: 'fails',
  threw: 'throws',
  blocked: 'blocked',
  'step-limit': 'too many steps',
  timeout: 'does not end',
  tampered: 'built-in changed',
};

/** A run that could not even begin: what stands in the way, and what may help. */
const troubles: Readonly<Record<Trouble | 'unknown', string>> = {
  unreachable:
    'The tests could not be loaded. Are you online? Try once more; if it stays so, reload the page.',
  'another-page':
    'Another page came in place of the tests, as from a network that wants you to log in. Open a page of its own, log in, and try once more.',
  'frame-refused':
    'This browser, or the host of this page, refused the frame that your code runs in. An extension or a policy of the host may stand in the way. In a terminal, npm run learn does the same.',
  'worker-refused':
    'This browser, or a policy of the host, refused to start the worker that your code runs in. In a terminal, npm run learn does the same.',
  'broken-script':
    'The tests broke before they could begin. Reload the page; if it stays so, this browser may be too old for them.',
  unknown: 'The tests could not be started. Reload the page and try once more.',
};

/** What a reader has made here. */
export type Answer = 'code' | 'answers' | 'order' | 'bytes';

export const en = {
  facts: {
    label: 'About this exercise',
    level: (level: number): string => `level ${level}`,
    points: (points: number): string => (points === 1 ? '1 point' : `${points} points`),
    minutes: (minutes: number): string => `about ${minutes} min`,
    chapter: (id: string): string => `chapter ${id}`,
    types,
    states,
    changed: 'changed since you passed it',
  },
  noScript: {
    starterTitle: 'The starter',
    needs: {
      code: 'The editor on this page needs JavaScript.',
      answers: 'What you answer with on this page needs JavaScript.',
      order: 'What you put lines in order with on this page needs JavaScript.',
      bytes: 'What you change bytes with on this page needs JavaScript.',
    } satisfies Readonly<Record<Answer, string>>,
    text: 'In a terminal the same tests judge the same file:',
    howTo: 'How to get it and run it',
    open: (file: string): string => `Write in ${file}, then:`,
  },
  editor: {
    title: 'Your answer',
    label: (id: string): string => `Your code for ${id}`,
    keysRun: 'Ctrl or Cmd with Enter runs the tests.',
    keys: 'Tab indents; Escape, then Tab leaves the editor. With types: Ctrl with Space completes, Ctrl or Cmd with I tells what is at the caret, F8 goes to the next error.',
    folded: (lines: number): string => `import … (${lines} lines)`,
    unfold: 'Show the imports',
    unkept: (why: string): string => `Your text could not be saved: ${why}`,
  },
  types: {
    states: {
      idle: 'Completion and types come when you begin to write.',
      waits: 'Completion and types are not loaded.',
      loading: 'Loading completion and types…',
      ready: 'Types are ready.',
      failed: 'Types are not available here; all else works as before.',
      'too-long': 'This text is too long for types; all else works as before.',
    },
    keys: 'Ctrl-Space completes, Ctrl or Cmd-I tells.',
    load: (bytes: number | undefined): string =>
      bytes === undefined ? 'Load them' : `Load them (${(bytes / 1e6).toFixed(1)} MB)`,
    again: 'Try again',
    errors: (count: number): string => (count === 1 ? '1 error' : `${count} errors`),
    nothing: 'There is nothing to tell of this place.',
  },
  actions: {
    run: 'Run the tests',
    running: 'Running…',
    stop: 'Stop',
    reset: 'Reset',
    resetAsk: {
      code: 'Your code goes. Reset?',
      answers: 'Your answers go. Reset?',
      order: 'Your order goes. Reset?',
      bytes: 'Your bytes go. Reset?',
    } satisfies Readonly<Record<Answer, string>>,
    resetYes: 'Reset',
    keep: 'Keep mine',
    wasReset: {
      code: 'Your code can be brought back until your next change or run.',
      answers: 'Your answers can be brought back until your next change or run.',
      order: 'Your order can be brought back until your next change or run.',
      bytes: 'Your bytes can be brought back until your next change or run.',
    } satisfies Readonly<Record<Answer, string>>,
    bringBack: 'Bring back what was there',
    solution: 'Show the solution',
    live: 'In a live connection',
    see: 'See it',
  },
  pane: {
    label: 'Verdict and help',
    verdict: 'Verdict',
    hints: 'Hints',
    diff: 'Compare',
    solution: 'Solution',
    turns: 'Wrong turns',
    toVerdict: 'What it says',
  },
  hints: {
    title: 'Hints',
    text: 'Three, each nearer to the answer than the one before.',
  },
  diff: {
    title: 'Yours against the starter',
    titleSolution: 'The solution, against yours',
    same: 'There is no difference.',
    added: 'only in yours:',
    removed: 'only in the starter:',
    addedSolution: 'only in the solution:',
    removedSolution: 'only in yours:',
  },
  why: {
    title: 'Before you look',
    ask: 'In one sentence: why does your answer not work yet?',
    short: 'A few words more: what do you think goes wrong?',
    show: 'Show the solution',
    cancel: 'Try on',
    note: 'The exercise will be marked “solution seen”. Passing it afterwards still counts.',
  },
  solution: {
    title: 'The solution',
    why: 'Why ours looks as it does',
    compared: 'Compared with yours, without comments',
  },
  turns: {
    title: 'Wrong turns',
    text: 'What else one may believe here, and the test that tells. Each is the solution with one thing changed.',
    caught: 'caught by',
    added: 'wrong:',
    removed: 'in the solution:',
    none: 'Nothing is known yet that passes for right here.',
  },
  pass: {
    title: (points: number): string =>
      points === 1 ? 'Passed: 1 point' : `Passed: ${points} points`,
    know: 'You know now:',
    next: (id: string, title: string): string => `Next: ${id}, ${title}`,
    chapter: (id: string): string => `Back to chapter ${id}`,
    list: 'All exercises',
  },
  verdict: {
    title: 'Verdict',
    idle: 'Not run yet.',
    before: 'Passed before. Run it to see how it stands now.',
    first: 'The first run loads the tests. Nothing leaves this page.',
    loading: 'Loading the tests…',
    running: (name: string): string => `Running: ${name}`,
    passed: (count: number, ms: number): string =>
      `${count === 1 ? 'The test passes' : `All ${count} tests pass`}, in ${ms} ms.`,
    some: (passed: number, all: number): string => `${passed} of ${all} tests pass.`,
    endedIn: (where: string): string => `${where[0]?.toUpperCase()}${where.slice(1)}.`,
    stale: {
      code: 'Your code has changed since.',
      answers: 'Your answers have changed since.',
      order: 'Your order has changed since.',
      bytes: 'Your bytes have changed since.',
    } satisfies Readonly<Record<Answer, string>>,
    stalePassed: 'It passed before your last change.',
    syntax: (said: string): string => `${said[0]?.toUpperCase() ?? ''}${said.slice(1)}`,
    syntaxAt: (line: number, said: string): string => `Line ${line}: ${said}`,
    notRun: 'No test could be run',
    at: (line: number): string => `to line ${line}`,
    see: 'See it',
    wanted: 'wanted',
    got: 'got',
    word: (verdict: TestVerdict, type: ExerciseType): string =>
      verdict === 'unsolved' ? notYet(type) : verdicts[verdict],
    stopped: 'stopped',
    passes: (count: number): string =>
      count === 1 ? '1 test passes' : `${count} tests pass`,
    failsToo: (count: number): string =>
      count === 1 ? '1 more fails' : `${count} more fail`,
    cutList: (count: number): string => `and ${count} more`,
    output: (lines: number): string =>
      lines === 1 ? 'Your code printed 1 line' : `Your code printed ${lines} lines`,
    cut: 'The rest is cut: 64 KiB and 500 lines are shown.',
    troubles,
  },
  live: {
    close: 'Back to the task',
    /** In one column the task is not beside what was pressed. */
    back: 'Back',
    title: 'Your code in a live connection',
    running: 'Two nodes are meeting; one of them runs your code…',
    failed: (why: string): string => `There is nothing to see: ${why}`,
  },
  see: {
    title: 'Your run, step by step',
    running: 'The test runs again, and each step is written down…',
    player: 'Your run',
    stale: 'This is a run from before your last change.',
    which: (run: number, runs: number): string =>
      `This test runs tasks ${runs} times; you see the ${run === 1 ? 'first' : run === runs ? 'last' : ordinal(run)} of them.`,
    leftOut: (before: number, after: number): string =>
      `It was cut: ${before} steps before the first one here and ${after} after the last are left out.`,
    line: (line: number): string => `line ${line}`,
    placed: (line: number): string => `your ${ordinal(line)} line`,
    /** Where others stand while a task acts that has no line of the reader's. */
    at: (acts: boolean, line: string): string => (acts ? line : `meanwhile ${line}`),
    also: (lines: readonly number[]): string => `and ${lines.join(', ')}`,
    goTo: 'Go to:',
    /** A moment's words, short enough for a button. */
    moment: (words: string): string => words.replace(/ after .*$/, ''),
    /** What runs beside the nodes, or the tasks of the reader. */
    names: {
      test: { tasks: { main: 'the test' } },
      live: { tasks: { main: 'the scenario' } },
    },
    save: 'Save this run',
    saved: 'as a file, for somebody else or for later:',
    /** Title of the page that opens it, between quotes. */
    tracePage: 'Play a trace file',
    opensIt: 'opens it.',
  },
  items: {
    legend: (index: number, count: number): string => `Question ${index} of ${count}`,
    right: 'Right.',
    why: 'Why? This names the answer.',
    see: (index: number): string => `See it: question ${index}`,
    unanswered: (left: number): string =>
      left === 1
        ? '1 question has no answer yet.'
        : `${left} questions have no answer yet.`,
  },
  edits: {
    legend: (index: number, count: number): string => `Message ${index} of ${count}`,
    label: (index: number): string => `Bytes of message ${index}`,
    asText: 'As text',
    textLabel: (index: number): string => `Message ${index} as hex`,
    asOffered: 'As it was',
    cannot: (why: string): string => `This is not sent: ${why}.`,
    right: 'Done.',
    see: (index: number): string => `See it: message ${index}`,
    unchanged: (left: number): string =>
      left === 1
        ? '1 message is as it was offered.'
        : `${left} messages are as they were offered.`,
  },
  parsons: {
    pool: 'Lines to choose from',
    placed: 'Your order',
    place: (code: string): string => `Place: ${code}`,
    up: (line: number): string => `Move line ${line} up`,
    down: (line: number): string => `Move line ${line} down`,
    remove: (line: number): string => `Take line ${line} out`,
    blank: (row: string): string => `What stands at … in ${row}`,
    choose: 'choose…',
    empty: 'No line is placed yet.',
    all: 'All lines are placed.',
    how: 'Click a line, or press Enter on it, to place it at the end; or drag it to its place. In your order, drag a line, or use its arrows.',
    keys: 'Keys: up and down go from line to line, right to its blanks and buttons.',
    line: (line: number, code: string): string => `Line ${line}: ${code}`,
    more: (count: number): string => `${count} more lines`,
    drop: 'Drop a line here.',
    moved: (line: number): string => `Now line ${line}.`,
    takenOut: 'Taken out.',
  },
  transfer: {
    title: 'Your progress',
    text: 'It stays in this browser. A file takes it to another one, or to',
    export: 'Export to a file',
    import: 'Import a file',
    imported: 'Imported: the best of both is kept.',
    refused: (why: string): string => `That file was not taken: ${why}`,
  },
  store: {
    setAside: (key: string): string =>
      `What this browser had stored as progress could not be read. It was not deleted: it is kept as ${key}.`,
    kept: 'What this browser had stored as progress could not be read, and there is no room to set it aside. Nothing is saved until you have a copy of it.',
    exportKept: 'Export what could not be read',
    unsaved: 'Your progress could not be saved in this browser. Export it to keep it.',
    dismiss: 'Understood',
  },
};

const ordinals = new Intl.PluralRules('en', { type: 'ordinal' });

function ordinal(count: number): string {
  const endings: Readonly<Record<string, string>> = { one: 'st', two: 'nd', few: 'rd' };
  return `${count}${endings[ordinals.select(count)] ?? 'th'}`;
}

export type ExerciseStrings = typeof en;
