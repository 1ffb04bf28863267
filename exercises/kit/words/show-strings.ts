/** The sentences with which a terminal shows a reader's run. */

export const showStrings = {
  steps: {
    before: (count: number): string => `… ${count} steps before`,
    after: (count: number): string => `… ${count} steps after`,
    ms: (ms: number): string => `${ms} ms`,
    begins: 'begins',
    begunBy: (task: string): string => `begins; ${task} has started it`,
    ends: 'is over',
    waits: (on: string): string => `waits: ${on}`,
    wakes: 'goes on',
    puts: (value: string, channel: string): string =>
      `puts ${value === '' ? 'a value' : value} into ${channel}`,
    takes: (value: string, channel: string): string =>
      `takes ${value === '' ? 'a value' : value} from ${channel}`,
    chooses: (which: string, channel: string): string =>
      `takes the case ${which}${channel === '' ? '' : ` (${channel})`}`,
    reads: (bytes: string): string => `reads ${bytes}`,
    writes: (bytes: string): string => `writes ${bytes}`,
  },
  edits: {
    now: (id: string): string => `${id}, as it is now:`,
  },
  show: {
    noTasks: 'No test of this run has tasks to look at.',
    noPlace: 'This one has no place in the node to be plugged into.',
    meeting: 'Two nodes are meeting; they run your code…',
    otherwise: (verdict: string): string =>
      `This time it came out otherwise: ${verdict}. Does your code draw lots, or look at the clock?`,
    which: (run: number, runs: number): string => ` (run ${run} of ${runs})`,
    howToSee:
      't writes this to a file; the site plays it, beside the code (page /lab/trace).',
    written: (file: string): string =>
      `${file} is written. Open it on the site, page “Play a trace file” (/lab/trace).`,
  },
};
