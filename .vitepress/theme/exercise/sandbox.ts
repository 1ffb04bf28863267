/**
 * The page's side of the sandbox: one frame without an origin, one worker a run. All
 * that comes back is checked; messages of other windows are never even looked at,
 * because everything travels over one port.
 */

import {
  endedReport,
  readAnswer,
  runLimitMs,
  seeLimitMs,
  type Answer,
  type Order,
} from '../../../exercises/kit/formats/orders.ts';
import { joinPieces } from '../../../exercises/kit/formats/pieces.ts';
import { readFields, readText } from '../../../exercises/kit/formats/schema.ts';
import {
  readSeenLive,
  readSeenTest,
  type SeenLive,
  type SeenTest,
} from '../../../exercises/kit/formats/schema-seen.ts';
import type { RunReport } from '../../../exercises/kit/formats/schema-report.ts';
import { kitStrings } from '../../../exercises/kit/words/strings.ts';

/** After its limit a run gets this long to be ended by the frame, then the frame goes. */
const graceMs = 1500;
/** A frame that has not answered by then was refused, or is another page. */
const frameMs = 15_000;
/** As long for the worker: a slow phone has to compile the largest script first. */
const workerMs = 15_000;

export interface SandboxPlaces {
  readonly frame: string;
  /** The pieces of the worker's script: the base, and what the exercise has. */
  readonly pieces: readonly [base: string, own: string];
}

/** Where the pieces of a script are: the base, and by id those of the exercises. */
export interface ScriptPlaces {
  readonly base: string;
  readonly own: Readonly<Record<string, string>>;
}

/** Why the sandbox could not start; the words for it are the page's. */
export type Trouble =
  | 'unreachable' // the script could not be fetched
  | 'another-page' // something else came in its place
  | 'frame-refused' // by a policy, or whatever stands in the frame is not ours
  | 'worker-refused' // the browser makes no worker of it
  | 'broken-script'; // the worker failed before it was ready

interface Run {
  readonly id: string;
  readonly answers: Answer[]; // BOUNDED by the frame: 1,500 a run
  readonly onAnswer: (answer: Answer) => void;
  readonly settle: (why: string) => void;
}

/** The sandbox could not be started, or a live run had no result. */
export class SandboxError extends Error {
  override readonly name = 'SandboxError';
  readonly trouble: Trouble | undefined;

  constructor(message: string, trouble?: Trouble) {
    super(message);
    this.trouble = trouble;
  }
}

/** A start that is going on: it ends with a port, with an error, or is given up. */
interface Start {
  readonly port: Promise<MessagePort>;
  readonly giveUp: (error: SandboxError) => void;
}

export class Sandbox {
  readonly #places: SandboxPlaces;
  #frame: HTMLIFrameElement | undefined;
  #start: Start | undefined;
  #said: (type: 'frame' | 'warm') => void = () => undefined;
  #run: Run | undefined;
  /** Ends the run that waits for the sandbox to start. */
  #stopWaiting: (() => void) | undefined;

  constructor(places: SandboxPlaces) {
    this.#places = places;
  }

  /** Loads the frame and the script, and starts the first worker. */
  async warm(): Promise<void> {
    await this.#connect();
  }

  /** Runs the tests on `code`. A run that is still going on is ended. */
  async test(
    exercise: string,
    code: string,
    onAnswer: (answer: Answer) => void = () => undefined,
  ): Promise<RunReport> {
    const begun = performance.now();
    const order: Order = { type: 'test', exercise, code };
    const { answers, why } = await this.#carryOut(order, runLimitMs, onAnswer);
    const last = answers.at(-1);
    if (last?.type === 'report') return last.report;
    const ms = performance.now() - begun;
    return endedReport(answers, ms, reasonOf(why, last));
  }

  /**
   * A test on `code`, run again with the trace on. Needs the whole script.
   *
   * @throws {SandboxError} it cannot be seen, or the sandbox could not be started
   * @throws {InvalidData} what came back is no such thing: the reader's code was there
   */
  async see(exercise: string, code: string, test: string): Promise<SeenTest> {
    return readSeenTest(await this.#result({ type: 'see', exercise, code, test }));
  }

  /**
   * Runs `code` in a live connection. Needs the whole script.
   *
   * @throws {SandboxError} as above
   * @throws {InvalidData} as above
   */
  async live(exercise: string, code: string, scenario: string): Promise<SeenLive> {
    return readSeenLive(await this.#result({ type: 'live', exercise, code, scenario }));
  }

  async #result(order: Order): Promise<unknown> {
    const { answers, why } = await this.#carryOut(order, seeLimitMs, () => undefined);
    const last = answers.at(-1);
    if (last?.type === 'live' || last?.type === 'seen') return last.result;
    throw new SandboxError(reasonOf(why, last) ?? kitStrings.run.atLimit);
  }

  /** Ends the run that is going on, whether or not the sandbox answers. */
  stop(): void {
    this.#stopWaiting?.();
    this.#run?.settle('stopped');
    const tell = (port: MessagePort): void => {
      port.postMessage({ type: 'stop' });
    };
    this.#start?.port.then(tell, () => undefined);
  }

  /** Removes the frame, and with it every worker and timer. */
  close(): void {
    this.#frame?.remove();
    this.#frame = undefined;
    this.#start = undefined;
    this.#stopWaiting?.();
    this.#run?.settle('closed');
    this.#run = undefined;
  }

  async #carryOut(
    order: Order,
    limitMs: number,
    onAnswer: (answer: Answer) => void,
  ): Promise<{ answers: readonly Answer[]; why: string }> {
    const stopped = new Promise<undefined>((resolve) => {
      this.#stopWaiting = () => {
        resolve(undefined);
      };
    });
    const port = await Promise.race([this.#connect(), stopped]);
    this.#stopWaiting = undefined;
    if (port === undefined) return { answers: [], why: 'stopped' };
    const id = crypto.getRandomValues(new Uint32Array(4)).join('-');
    const answers: Answer[] = [];
    let dead: ReturnType<typeof setTimeout> | undefined;
    const why = await new Promise<string>((settle) => {
      this.#run?.settle('stopped');
      this.#run = { id, answers, onAnswer, settle };
      dead = setTimeout(() => {
        settle('time'); // before it is closed: that would be another reason
        this.close(); // the frame does not answer: all of it goes
      }, limitMs + graceMs);
      port.postMessage({ type: 'run', run: id, order, limitMs });
    });
    clearTimeout(dead);
    if (this.#run?.id === id) this.#run = undefined;
    return { answers, why };
  }

  #connect(): Promise<MessagePort> {
    this.#start ??= this.#begin();
    return this.#start.port;
  }

  #begin(): Start {
    let giveUp: Start['giveUp'] = () => undefined;
    const port = new Promise<MessagePort>((resolve, reject) => {
      giveUp = reject;
      this.#load(reject).then(resolve, reject);
    });
    const start = { port, giveUp };
    port.catch(() => {
      if (this.#start === start) this.close(); // the next try begins anew
    });
    return start;
  }

  async #load(fail: Start['giveUp']): Promise<MessagePort> {
    const refused = (event: SecurityPolicyViolationEvent): void => {
      if (!event.effectiveDirective.startsWith('frame-src')) return;
      fail(new SandboxError('a policy refused the frame', 'frame-refused'));
    };
    document.addEventListener('securitypolicyviolation', refused);
    try {
      const fetched = Promise.all(this.#places.pieces.map(fetchText));
      const port = await within(frameMs, 'frame-refused', this.#openFrame());
      const [base = '', ...own] = await fetched;
      const warm = this.#hears('warm');
      port.postMessage({ type: 'script', text: joinPieces(base, own) });
      await within(workerMs, 'worker-refused', warm);
      return port;
    } finally {
      document.removeEventListener('securitypolicyviolation', refused);
    }
  }

  async #openFrame(): Promise<MessagePort> {
    const frame = document.createElement('iframe');
    frame.setAttribute('sandbox', 'allow-scripts');
    frame.title = 'Sandbox';
    frame.hidden = true;
    frame.tabIndex = -1;
    frame.src = this.#places.frame;
    this.#frame = frame;
    await new Promise((resolve) => {
      frame.onload = resolve;
      document.body.append(frame);
    });
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = (event) => {
      this.#receive(event.data);
    };
    const answered = this.#hears('frame');
    // An opaque origin has no name to address it by; the port goes to this window only.
    frame.contentWindow?.postMessage(undefined, '*', [port2]);
    await answered;
    return port1;
  }

  #hears(wanted: 'frame' | 'warm'): Promise<void> {
    return new Promise((resolve) => {
      this.#said = (type) => {
        if (type === wanted) resolve();
      };
    });
  }

  #receive(data: unknown): void {
    try {
      const fields = readFields(data, 'message');
      const type = fields['type'];
      if (type === 'frame' || type === 'warm') {
        this.#said(type);
        return;
      }
      if (type === 'cold') {
        const why = readText(fields['why'], 'message.why', 20);
        const message = readText(fields['message'], 'message.message', 500);
        const trouble = why === 'refused' ? 'worker-refused' : 'broken-script';
        this.#start?.giveUp(new SandboxError(message, trouble));
        return;
      }
      const run = this.#run;
      if (run === undefined || fields['run'] !== run.id) return;
      if (type === 'over') {
        run.settle(readText(fields['why'], 'message.why', 20));
        return;
      }
      const answer = readAnswer(fields['answer']);
      run.answers.push(answer);
      run.onAnswer(answer);
    } catch {
      // Not a message of ours: dropped, as every forged one.
    }
  }
}

function reasonOf(why: string, last: Answer | undefined): string | undefined {
  if (last?.type === 'broken') return last.message;
  switch (why) {
    case 'time':
      return undefined;
    case 'flood':
      return kitStrings.run.flood;
    case 'stopped':
      return kitStrings.run.stopped;
    default:
      return kitStrings.run.broken;
  }
}

async function fetchText(address: string): Promise<string> {
  let response: Response;
  try {
    response = await fetch(address);
  } catch (error) {
    throw new SandboxError(String(error), 'unreachable');
  }
  if (!response.ok) throw new SandboxError(`HTTP ${response.status}`, 'unreachable');
  const text = await response.text();
  // A network that wants a login answers every address with its own page.
  if (text.trimStart().startsWith('<')) {
    throw new SandboxError('a page came in place of the script', 'another-page');
  }
  return text;
}

/** What has not happened in time will not happen. */
async function within<T>(ms: number, trouble: Trouble, what: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new SandboxError(`no answer after ${ms / 1000} s`, trouble));
    }, ms);
  });
  try {
    return await Promise.race([what, late]);
  } finally {
    clearTimeout(timer);
  }
}
