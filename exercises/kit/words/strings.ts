/**
 * Every sentence that the kit itself says about a reader's code, in the page and in the
 * terminal. A second language is a second object of this shape. The words of vitest's
 * assertions and of the tests are not here: those belong to them.
 */

export const kitStrings = {
  builtIns: {
    removed: (name: string): string => `your code removed ${name}`,
    replaced: (name: string): string => `your code replaced ${name}`,
    added: (name: string): string => `your code added ${name}`,
    symbol: 'a symbol',
  },
  code: {
    tooLong: (limit: number): string => `the code is longer than ${limit} characters`,
    noImport: (specifier: string): string =>
      `exercise.ts cannot import "${specifier}" here`,
    noExport: (name: string): string => `exercise.ts must export ${name}`,
    noNamespace:
      'a namespace does not run here: make its contents functions, or an object',
    noDecorators: 'decorators do not run here: call the function yourself',
    noAccessor: '`accessor` does not run here: write the getter and the setter',
    awaitOutside: '`await` stands only inside of a function that is `async`',
    noUsing:
      '`using` is newer than Node 20, which runs this too: close in a `finally` block',
    oddQuote: (sign: string): string =>
      `${sign} is a quotation mark of typeset text; in code it is ' or "`,
    unseen: (code: string): string =>
      `here stands a sign that nobody sees (U+${code}); delete it`,
  },
  thrown: {
    value: (value: string): string => `threw ${value}`,
    noMessage: 'threw a value without a message',
    hidden: 'threw a value that cannot be looked at',
    unprintable: '(a value that cannot be printed)',
    unclaimed: (message: string): string =>
      `a promise failed and nobody waited for it: ${message}`,
    uncaught: (message: string): string =>
      `a timer or a microtask threw, and nobody could catch it: ${message}`,
    newer: (name: string): string =>
      ` (\`${name}\` is newer than Node 20, which runs this too)`,
  },
  run: {
    ended: (seconds: string): string => `ended after ${seconds} s: an endless loop?`,
    atLimit: 'ended at the time limit',
    workerEnded: 'the code ended its worker',
    workerFailed: (error: string): string => `the worker failed: ${error}`,
    flood: 'ended: it sent more messages than a page should take',
    stopped: 'stopped',
    broken: 'the sandbox failed; run it again',
  },
  tasks: {
    waits: (task: string, on: string): string => `${task} waits for ${on}`,
    blocked: (tasks: string): string => `nothing can go on: ${tasks}`,
    stepLimit: (steps: number, tasks: string): string =>
      `no end after ${steps} steps; alive: ${tasks}`,
    foreignWait: (task: string): string =>
      `${task} waits for a promise of its own; wait with channels and timers only`,
  },
  unsolved: {
    text: (what: string, given: string, atHand: string): string =>
      `${what}${given === '' ? '' : `(${given})`} is still to be written` +
      (atHand === '' ? '' : `; at hand: ${atHand}`),
    answer: 'the answer to this question',
    blank: (line: string): string => `the blank in “${line}”`,
  },
  answers: {
    noChoice: (item: string, given: string, choices: string): string =>
      `${item}: "${given}" is none of the choices ${choices}`,
  },
  parsons: {
    noLine: (id: string): string => `there is no line "${id}"`,
    noChoice: (given: string, blank: string): string =>
      `"${given}" is none of the choices for "${blank}"`,
    noProgram: (why: string): string =>
      `the lines are no program in this order: ${why}`,
    noSwitch: (line: string): string => `“${line}” stands in no switch`,
    closesNothing: (line: string): string =>
      `“${line}” closes nothing that a line above it opens`,
    neverClosed: (line: string): string => `“${line}” is never closed`,
    atLine: (message: string, line: string): string => `${message} at “${line}”`,
  },
  seen: {
    threw: (name: string, message: string): string =>
      `threw ${name === '' ? message : `${name}: ${message}`}`,
    noTasks: 'this test runs no tasks: there is nothing to see but its message',
    noEnd: 'the run did not come to an end, and nothing of it was kept',
    notThere: (test: string): string => `no test is called "${test}" any more`,
  },
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
  live: {
    /** `node` and `task` are names of the trace; the rest says what it does there. */
    first: (
      call: string,
      ms: string,
      task: string,
      node: string,
      what: string,
    ): string =>
      `At ${ms} ms your \`${call}\` runs for the first time, in ${task} of node ${node}: it ${what}.`,
    neverRuns: (call: string): string =>
      `Your \`${call}\` was never called in this run.`,
    begins: (call: string): string => `\`${call}\` runs for the first time`,
    aValue: 'a value',
    aMessage: 'a message',
    starts: (task: string): string => `starts the task ${task}`,
    gives: (what: string, taker: string, channel: string): string =>
      `gives ${what} to ${taker}, through ${channel}`,
    offers: (what: string, channel: string): string =>
      `offers ${what} on ${channel}, and nobody ever takes it`,
    takes: (what: string, channel: string): string => `takes ${what} from ${channel}`,
    waitsFor: (on: string): string => `waits for ${on}`,
    closes: (name: string): string => `closes ${name}`,
    sends: (what: string): string => `sends ${what}`,
    hears: (what: string): string => `reads ${what}`,
    does: (what: string): string => `comes to this: ${what}`,
    threw: (who: string, error: string): string => `${who} threw: ${error}`,
    run: 'The run',
    same: 'Both nodes live through the same as with our code.',
    withOurs: 'It is not so with our code. There:',
    duration: (seconds: string): string => `It took ${seconds} s on the virtual clock.`,
    foreignWait: (task: string): string =>
      `${task} waits for a promise that no channel has made.`,
    blocked: 'Nothing can go on:',
    stepLimit: 'It does not come to an end:',
    ends: (node: string, head: string): string =>
      `Node ${node} ends with block ${head}.`,
    drops: (
      node: string,
      peer: string,
      seconds: string,
      reason: string,
      error: string,
    ): string =>
      `Node ${node} drops ${peer} after ${seconds} s, reason ${reason}: ${error}`,
    wasLeft: (node: string, peer: string, seconds: string, reason: string): string =>
      `Node ${node} hears after ${seconds} s that ${peer} leaves, reason ${reason}`,
    dialFailed: (node: string, error: string): string =>
      `Node ${node}: a dial failed: ${error}`,
    waits: (task: string, node: string, on: string): string =>
      `${task} of ${node} waits for ${on}`,
  },
};
