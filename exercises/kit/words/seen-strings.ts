/**
 * The sentences about a reader's run that is looked at: beside those of `strings.ts`,
 * because the page's small script has no use for them. Each part is used in one place.
 */

export const seenStrings = {
  /** Of what is no error, `message` may say already that it was thrown. */
  threw: (name: string, message: string): string =>
    name !== '' ? `threw ${name}: ${message}` : message.replace(/^(threw )?/, 'threw '),
  noTasks: 'this test runs no tasks: there is nothing to see but its message',
  noEnd: 'the run did not come to an end, and nothing of it was kept',
  notThere: (test: string): string => `no test is called "${test}" any more`,
};

export const liveStrings = {
  /** `node` and `task` are names of the trace; the rest says what it does there. */
  first: (call: string, ms: string, task: string, node: string, what: string): string =>
    `At ${ms} ms your \`${call}\` runs for the first time, in ${task} of node ${node}: it ${what}.`,
  neverRuns: (call: string): string => `Your \`${call}\` was never called in this run.`,
  /** What a call that waited for nothing came to; the sentence takes it from the verb on. */
  gave: (call: string, what: string): string => `${call} gives back ${what}`,
  threwOne: (call: string, name: string, message: string): string =>
    `${call} throws ${name === '' ? '' : `${name}: `}${message}`,
  nothing: 'nothing',
  entries: (count: number): string =>
    count === 1 ? 'a Map with one entry' : `a Map with ${count} entries`,
  /** A protocol and its codes. */
  range: (name: string, version: number, first: number, last: number): string =>
    `${name}/${version} ${first}–${last}`,
  begins: (call: string): string => `\`${call}\` runs for the first time`,
  fields: (names: readonly string[]): string =>
    names.length === 0 ? 'an object' : `an object with ${names.join(', ')}`,
  aValue: 'a value',
  aMessage: 'a message',
  starts: (task: string): string => `starts the task ${task}`,
  gives: (what: string, taker: string, channel: string): string =>
    `gives ${what} to ${taker}, through ${channel}`,
  offers: (what: string, channel: string): string =>
    `offers ${what} on ${channel}, and nobody ever takes it`,
  takes: (what: string, channel: string): string => `takes ${what} from ${channel}`,
  waitsFor: (first: string, others: readonly string[]): string =>
    others.length === 0
      ? `waits for ${first}`
      : `waits for the first of these: ${[first, ...others].join('; ')}`,
  closes: (name: string): string => `closes ${name}`,
  sends: (what: string): string => `sends ${what}`,
  hears: (what: string): string => `reads ${what}`,
  does: (what: string): string => `comes to this: ${what}`,
  threw: (who: string, error: string): string => `${who} threw: ${error}`,
  run: 'The run',
  /** What another run came to: the same, something else, or a part of this. */
  beside: {
    ours: {
      same: 'It ends as it does with our code.',
      others: 'It is not so with our code. There:',
      more: 'It is not so with our code.',
    },
    /** Where our answer does better than the node. */
    wanted: {
      same: 'That is what was wanted.',
      others: 'What was wanted:',
      more: 'That is more than was wanted.',
    },
    nodes: {
      same: 'It ends as it does with the node’s own code.',
      others: 'With the node’s own code:',
      more: 'That is more than comes of the node’s own code.',
    },
  },
  duration: (seconds: string): string => `It took ${seconds} s on the virtual clock.`,
  foreignWait: (task: string): string =>
    `${task} waits for a promise that no channel has made.`,
  blocked: 'Nothing can go on:',
  stepLimit: 'It does not come to an end:',
  ends: (node: string, head: string): string => `Node ${node} ends with block ${head}.`,
  drops: (
    node: string,
    peer: string,
    seconds: string,
    reason: string,
    error: string,
  ): string =>
    `Node ${node} drops ${peer} after ${seconds} s, reason ${reason}: ${error}`,
  hearsLeaving: (node: string, peer: string, seconds: string): string =>
    `Node ${node} hears after ${seconds} s that ${peer} leaves`,
  letsGo: (node: string, peer: string, seconds: string, reason: string): string =>
    `Node ${node} lets ${peer} go after ${seconds} s: it left, reason ${reason}`,
  timesOver: (line: string, count: number): string => `${line} (${count} times)`,
  andMore: (count: number): string => `and ${count} more`,
  crowd: (node: string, count: number): string =>
    `Node ${node} has ${count} tasks at one time`,
  dialFailed: (node: string, error: string): string =>
    `Node ${node}: a dial failed: ${error}`,
  waits: (task: string, node: string, on: string): string =>
    `${task} of ${node} waits for ${on}`,
};
