/**
 * Every sentence that the kit itself says about a reader's code, in the page and in the
 * terminal. A second language is a second object of this shape. The words of vitest's
 * assertions and of the tests are not here: those belong to them.
 */

/** The task that a test itself is. Its lane in the player has the same name. */
const named = (task: string): string => (task === 'main' ? 'the test' : task);

export const kitStrings = {
  /** Of a part that is as it was. */
  notYet: {
    written: 'not written yet',
    answered: 'not answered yet',
    placed: 'not placed yet',
    changed: 'not changed yet',
  },
  wantedAndGot: (wanted: string, got: string): string => `wanted ${wanted}, got ${got}`,
  more: (count: number, are: string): string =>
    `${count} more ${count === 1 ? 'is' : 'are'} ${are}`,
  builtIns: {
    removed: (name: string): string => `your code removed ${name}`,
    replaced: (name: string): string => `your code replaced ${name}`,
    added: (name: string): string => `your code added ${name}`,
    symbol: 'a symbol',
  },
  code: {
    tooLong: (limit: number): string => `the code is longer than ${limit} characters`,
    noImport: (specifier: string): string => `"${specifier}" cannot be imported here`,
    noSuchName: (specifier: string, name: string): string =>
      `"${specifier}" has nothing that is called \`${name}\``,
    noExport: (name: string): string =>
      `\`${name}\` is not exported; the tests ask for it by this name`,
    unclosed: (sign: string, closing: string): string =>
      `the text ends, and a ${closing} is missing for the ${sign} here`,
    endlessTemplate: 'the template that begins here does not end',
    endlessComment: 'the comment that begins here does not end',
    endsEarly: 'the text ends too early',
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
  borrowed: (what: string): string =>
    `You have found ours: ${what} does the work here. It passes, and counts as looked up; ` +
    'write your own to solve it.',
  thrown: {
    value: (value: string): string => `threw ${value}`,
    noMessage: 'threw a value without a message',
    noWords: 'it came without words',
    /** Of what `recv` or `send` makes. */
    aCase:
      'threw a case: `recv(…)` and `send(…)` make one for `select` and wait for nothing; ' +
      '`await select({ name: recv(…) })` waits, and its `value` is what came',
    caseGot: 'a case, as `recv(…)` and `send(…)` make it: `select` would wait for it',
    awaitedCase: (maker: string): string =>
      `\`${maker}(…)\` makes a case and waits for nothing, so \`await\` gives it back; ` +
      `\`await select({ name: ${maker}(…) })\` waits` +
      (maker === 'recv' ? ', and its `value` is what came' : ''),
    hidden: 'threw a value that cannot be looked at',
    unprintable: '(a value that cannot be printed)',
    unclaimed: (message: string): string =>
      `a promise failed and nobody waited for it: ${message}`,
    uncaught: (message: string): string =>
      `a timer or a microtask threw, and nobody could catch it: ${message}`,
    newer: (name: string): string =>
      ` (\`${name}\` is newer than Node 20, which runs this too)`,
    ofHost: (name: string): string =>
      ` (\`${name}\` belongs to a browser or to Node; an answer runs in both, without it)`,
  },
  run: {
    ended: (seconds: string): string => `ended after ${seconds} s: an endless loop?`,
    /** @param test the one in which it was ended, counted from 1 */
    endedIn: (test: number, unrun: number): string =>
      `ended in test ${test} of ${test + unrun}, ${unrun} not run`,
    atLimit: 'ended at the time limit',
    workerEnded: 'the code ended its worker',
    workerFailed: (error: string): string => `the worker failed: ${error}`,
    flood: 'ended: it sent more messages than a page should take',
    stopped: 'you have stopped it',
    notInOrder: (why: string): string =>
      `this exercise is not in order itself, whatever you write: ${why}`,
    broken: 'the sandbox failed; run it again',
  },
  tasks: {
    waits: (task: string, on: string): string =>
      `${named(task)} waits for ${on.replace(/^wait for /, 'the end of ')}`,
    blocked: (tasks: string): string => `nothing can go on: ${tasks}`,
    lostTurn:
      'nothing can go on: a task went on before its wait was over; is an `await` missing in front ' +
      'of a call that waits (`select`, `recv`, `send`, `sleep`, a read, a write)?',
    madeEarly:
      'a channel, a group or a timer that is made at the top of the file belongs to no run: ' +
      'make it inside of your function, where each call gets its own',
    stepLimit: (steps: number, tasks: string): string =>
      `no end after ${steps} steps; alive: ${tasks}`,
    foreignWait: (task: string): string =>
      `${named(task)} cannot go on: an \`await\` is missing before a wait, or it waits for a promise of ` +
      'its own (Promise.race makes one); wait with channels and timers only, and `await` each',
  },
  unsolved: {
    text: (what: string, given: string, atHand: string): string =>
      `${what}${given === '' ? '' : `(${given})`} is still to be written` +
      (atHand === '' ? '' : `; at hand: ${atHand}`),
    answer: { said: 'this question is not answered yet' },
    edit: { said: 'this message is not changed yet' },
    order: { said: 'no line is placed yet' },
    blank: (line: string): { readonly said: string } => ({
      said: `nothing is chosen yet for the blank in “${line}”`,
    }),
  },
  answers: {
    differs: 'not what was expected',
    /** What a belief is answered with says so itself. */
    wrong: (said: string): string =>
      said.startsWith('It is not so') ? said : `Not so. ${said}`,
    noChoice: (item: string, given: string, choices: string): string =>
      `${item}: ${given} is none of the choices ${choices}`,
  },
  edits: {
    noText: (kind: string): string =>
      `the bytes of a message are a text of hex digits; this is a value of type ${kind}`,
    noDigit: (sign: string, near: string, at: number): string =>
      `“${sign}” is no hex digit (at byte ${at}: …${near}…)`,
    odd: (count: number): string =>
      `two hex digits are a byte, and here are ${count}: one is missing, or one too many`,
    empty: 'no bytes are left; at least one is sent',
    tooLong: (count: number, limit: number): string =>
      `the message has ${count} bytes; at most ${limit} are sent`,
  },
  parsons: {
    placed: (count: number, needs: number): string =>
      `${count} of ${needs} lines ${count === 1 ? 'is' : 'are'} placed`,
    missing: (count: number, needs: number): string =>
      `${kitStrings.parsons.placed(count, needs)}; a test passes once all of them are`,
    noLine: (id: string): string => `there is no line "${id}"`,
    noChoice: (given: string, blank: string): string =>
      `"${given}" is none of the choices for "${blank}"`,
    noProgram: (why: string): string =>
      `the lines are no program in this order: ${why}`,
    noSwitch: (line: string): string => `“${line}” stands in no switch`,
    beforeCases: (line: string): string =>
      `“${line}” stands in a switch, before its cases`,
    closesNothing: (line: string): string =>
      `“${line}” closes nothing that a line above it opens`,
    neverClosed: (line: string): string => `“${line}” is never closed`,
    atLine: (message: string, line: string): string => `${message} at “${line}”`,
  },
};
