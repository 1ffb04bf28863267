/** Every word of the exercise page. A second language is a second file of this shape. */
import type { ExerciseState } from '../../../exercises/kit/formats/schema-progress.ts';
import type { ExerciseType } from '../../../exercises/kit/formats/schema-exercise.ts';
import type { TestVerdict } from '../../../exercises/kit/formats/schema-report.ts';

const types: Readonly<Record<ExerciseType, string>> = {
  fill: 'fill a gap',
  write: 'write it',
  parsons: 'put in order',
  predict: 'predict',
  quiz: 'why',
  'trace-table': 'trace table',
  fix: 'find the fault',
  attack: 'attack, then defend',
};

const states: Readonly<Record<ExerciseState, string>> = {
  new: 'not tried yet',
  tried: 'tried',
  revealed: 'solution seen',
  passed: 'passed',
};

const verdicts: Readonly<Record<TestVerdict, string>> = {
  passed: 'passes',
  failed: 'fails',
  threw: 'throws',
  unsolved: 'not written yet',
  blocked: 'blocked',
  'step-limit': 'too many steps',
  timeout: 'does not end',
  tampered: 'built-in changed',
};

export const en = {
  facts: {
    label: 'About this exercise',
    level: (level: number): string => `level ${level}`,
    points: (points: number): string => (points === 1 ? '1 point' : `${points} points`),
    minutes: (minutes: number): string => `about ${minutes} min`,
    types,
    states,
    changed: 'changed since you passed it',
  },
  noScript: {
    starterTitle: 'The starter',
    text: 'The editor on this page needs JavaScript. In a terminal the same tests judge the same file:',
    open: (file: string): string => `Write in ${file}, then:`,
  },
  editor: {
    title: 'Your answer',
    label: (id: string): string => `Your code for ${id}`,
    keys: 'Ctrl or Cmd with Enter runs the tests. Tab indents; Escape, then Tab leaves the editor.',
    loading: 'The editor is loading; you can type already.',
  },
  actions: {
    run: 'Run the tests',
    running: 'Running…',
    stop: 'Stop',
    reset: 'Reset to the starter',
    resetAsk: 'Your text goes. Reset?',
    resetYes: 'Reset',
    keep: 'Keep mine',
    diff: 'Compare with the starter',
    diffClose: 'Close the comparison',
    solution: 'Show the solution',
    solutionClose: 'Close the solution',
    live: 'Run your code in a live connection',
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
  solution: { title: 'The solution' },
  verdict: {
    title: 'Verdict',
    idle: 'Nothing has been run yet.',
    first: 'The first run loads the tests, about 130 KB. Nothing leaves this page.',
    running: (name: string): string => `Running: ${name}`,
    passed: (count: number, ms: number): string =>
      `${count === 1 ? 'The test passes' : `All ${count} tests pass`}, in ${ms} ms.`,
    some: (passed: number, all: number): string => `${passed} of ${all} tests pass.`,
    syntax: 'The code cannot be read',
    syntaxAt: (line: number, column: number): string =>
      `The code cannot be read: line ${line}, column ${column}`,
    notRun: 'No test could be run',
    at: (line: number): string => `to line ${line}`,
    expected: 'expected',
    actual: 'got',
    tests: verdicts,
    output: (lines: number): string =>
      lines === 1 ? 'Your code printed 1 line' : `Your code printed ${lines} lines`,
    cut: 'The rest is cut: 64 KiB and 500 lines are shown.',
    broken:
      'The runner could not be loaded. Try once more; if it stays so, reload the page.',
  },
  live: {
    title: 'Your code in a live connection',
    running: 'Two nodes are meeting; one of them runs your code…',
    failed: (why: string): string => `The run did not come to its end: ${why}`,
    events: (count: number): string => `The trace has ${count} steps.`,
  },
  items: {
    legend: (index: number, count: number): string => `Question ${index} of ${count}`,
    right: 'Right.',
    wrong: 'Not so. What does the run show?',
  },
  parsons: {
    pool: 'Lines to choose from',
    placed: 'Your order',
    place: (code: string): string => `Place: ${code}`,
    up: (line: number): string => `Move line ${line} up`,
    down: (line: number): string => `Move line ${line} down`,
    remove: (line: number): string => `Take line ${line} out`,
    blank: (name: string): string => `Blank ${name}`,
    choose: 'choose…',
    empty: 'No line is placed yet.',
    all: 'All lines are placed.',
    keys: 'With a line’s button in focus, the arrow keys move it.',
    moved: (line: number): string => `Now line ${line}.`,
  },
  transfer: {
    title: 'Your progress',
    text: 'It stays in this browser. A file takes it to another one, or to npm run learn.',
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

export type ExerciseStrings = typeof en;
