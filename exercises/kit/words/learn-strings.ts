/** The sentences with which `learn` says how a run came out, and what its keys do. */

const keys: readonly (readonly [key: string, short: string, does: string])[] = [
  ['h', 'hint', 'the next hint'],
  ['n', 'next', 'on to the next exercise'],
  ['s', 'solution', 'ours, and why it looks as it does'],
  ['p', 'play', 'the run, step by step'],
  ['a', 'all tests', 'every test, and what each failure says'],
  ['l', '', 'the list of the exercises'],
  ['r', '', 'run again'],
  ['c', '', 'check types'],
  ['x', '', 'reset exercise.ts to the starter'],
  ['t', '', 'write the run to a file that the site plays'],
  ['i', '', 'your code in a live connection of two nodes'],
  ['d', '', 'take the draft of the progress file, where there is one'],
  ['?', 'keys', 'this list'],
  ['q', 'quit', 'end'],
];

export const learnStrings = {
  /** One line: the keys that are wanted most. */
  keys: (hasDraft: boolean): string =>
    [
      ...(hasDraft ? ['d draft'] : []),
      ...keys.flatMap(([key, short]) => (short === '' ? [] : [`${key} ${short}`])),
    ].join(' · '),
  allKeys: keys.map(([key, , does]) => `${key}  ${does}`),
  plays: (isSaid: boolean, test: string): string =>
    `p plays ${isSaid ? 'it' : `“${test}”`}, step by step; t writes it to a file that the site plays.`,
  whenPassed: (hasPlug: boolean): string =>
    `s shows ours, and why. ${hasPlug ? 'i runs yours in a live connection. ' : ''}n takes you to the next one.`,
  otherDraft: (file: string): string =>
    `${file} has another draft; in npm run learn, d puts it here.`,
  passes: (all: number, ms: number): string => `all ${all} tests pass, ${ms} ms`,
  sum: (passed: number, all: number, ms: number): string =>
    `${passed} of ${all} tests pass, ${ms} ms`,
  noTest: 'no test was run',
  failsToo: (count: number): string =>
    count === 1 ? '1 more fails' : `${count} more fail`,
  inGroup: (head: string, said: string): string => `${head}: ${said}`,
  lines: (count: number): string =>
    count === 1 ? '… 1 line more (key a)' : `… ${count} lines more (key a)`,
  cutWaits: (count: number): string => `and ${count} more`,
  wanted: 'wanted: ',
  got: 'got:    ',
  printed: 'printed:',
  cut: '(the rest is cut)',
  /** Where a link of the site leads, for who reads in a terminal. */
  section: (page: string, section: string, file: string): string =>
    section === '' ? `${page}: ${file}` : `${page}, “${section}”: ${file}`,
  folded: (title: string, file: string): string => `(${title}: ${file})`,
};
