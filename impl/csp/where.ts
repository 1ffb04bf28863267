/**
 * Where the running task stands in the source: the line that a trace shows beside each
 * event. Code that a run records is instrumented when it is built, by
 * `exercises/kit/trace/instrument.ts`: before each call it leaves a mark here. The node
 * that is shipped is not, and pays nothing.
 *
 * Lines are kept side by side. The story is what a reader follows: `p2p`, `eth`,
 * an exercise. The machinery below it (connections, the simulation) and these channels
 * have lines of their own and leave the story's alone: an event inside `Chan.send`,
 * called from `peer.ts:120`, is told as `peer.ts:120`. A reader's own code is part of the
 * story; which of its lines called ours is kept beside.
 */

/** The lines of one task; 0 is none. A mark is a file's base and a line in it. */
export interface Where {
  story: number;
  machinery: number;
  csp: number;
  /** Of a reader's own code, while that or what it has called runs. */
  own: number;
}

const linesPerFile = 1 << 16;
const files: string[] = []; // BOUNDED by the files of the code
const texts = new Map<number, string>(); // BOUNDED by the marks of the code

let here: Where = newWhere();

export function newWhere(): Where {
  return { story: 0, machinery: 0, csp: 0, own: 0 };
}

/** From now on, marks are of this task. The runtime says so when it changes tasks. */
export function standAt(where: Where): void {
  here = where;
}

/** `impl/p2p/peer.ts:120`: the story's line; where there is none, the machinery's. */
export function lineAt({ story, machinery, csp }: Where): string | undefined {
  return textOf(story || machinery || csp);
}

/** The line of the reader's code that has called what runs; undefined if it runs itself. */
export function callerAt({ story, own }: Where): string | undefined {
  return own === story ? undefined : textOf(own);
}

function textOf(mark: number): string | undefined {
  const known = texts.get(mark);
  if (known !== undefined) return known;
  const file = files[Math.floor(mark / linesPerFile) - 1];
  if (file === undefined) return undefined;
  const text = `${file}:${mark % linesPerFile}`;
  texts.set(mark, text);
  return text;
}

/** What to add to a line of `file` to make a mark. */
export function baseOf(file: string): number {
  const known = files.indexOf(file);
  return (known < 0 ? files.push(file) : known + 1) * linesPerFile;
}

/** Whether the code that runs leaves marks at all. */
export function hasMarks(): boolean {
  return files.length > 0;
}

/** The next call of the story is at `mark`. */
export function inStory(mark: number): void {
  here.story = mark;
}

/** The same, between two calls of one statement: `value` is what the first one gave. */
export function backInStory<T>(mark: number, value: T): T {
  here.story = mark;
  return value;
}

/** The next call of a reader's own code is at `mark`. */
export function inOwn(mark: number): void {
  here.story = mark;
  here.own = mark;
}

export function backInOwn<T>(mark: number, value: T): T {
  inOwn(mark);
  return value;
}

/** The reader's function has come back to whoever called it. */
export function leaveOwn(): void {
  here.own = 0;
}

/** The story's line when a function of the machinery begins: it stays that one's. */
export function storyNow(): number {
  return here.story;
}

/** The next call of the machinery is at `mark`; what it called has left its own story. */
export function inMachinery(mark: number, story: number): void {
  here.machinery = mark;
  here.story = story;
}

export function backInMachinery<T>(mark: number, story: number, value: T): T {
  here.machinery = mark;
  here.story = story;
  return value;
}

export function inCsp(mark: number): void {
  here.csp = mark;
}

export function backInCsp<T>(mark: number, value: T): T {
  here.csp = mark;
  return value;
}
