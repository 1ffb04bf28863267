/**
 * The page's side of the sandbox: one frame without an origin, one worker a run. All
 * that comes back is checked; messages of other windows are never even looked at,
 * because everything travels over one port.
 */

import {
  endedReport,
  readAnswer,
  runLimitMs,
  type Answer,
  type Order,
} from '../../../exercises/kit/formats/orders.ts';
import { readFields, readText } from '../../../exercises/kit/formats/schema.ts';
import type { RunReport } from '../../../exercises/kit/formats/schema-report.ts';
import { kitStrings } from '../../../exercises/kit/words/strings.ts';

/** After its limit a run gets this long to be ended by the frame, then the frame goes. */
const graceMs = 1500;

export interface SandboxPlaces {
  readonly frame: string;
  readonly worker: string;
}

interface Run {
  readonly id: string;
  readonly answers: Answer[]; // BOUNDED by the frame: 1,500 a run
  readonly onAnswer: (answer: Answer) => void;
  readonly settle: (why: string) => void;
}

/** The sandbox could not be loaded. */
export class SandboxError extends Error {
  override readonly name = 'SandboxError';
}

export class Sandbox {
  readonly #places: SandboxPlaces;
  #frame: HTMLIFrameElement | undefined;
  #port: Promise<MessagePort> | undefined;
  #warmed: Promise<void> | undefined;
  #onWarm: (() => void) | undefined;
  #run: Run | undefined;
  /** A run that waits for the sandbox to be warm; it can be stopped before it begins. */
  #waiting: { stopped: boolean } | undefined;

  constructor(places: SandboxPlaces) {
    this.#places = places;
  }

  /** Loads the frame and the script, and starts the first worker. */
  async warm(): Promise<void> {
    await this.#connect();
    await this.#warmed;
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

  /** Runs `code` in a live connection; plain data comes back. */
  async live(exercise: string, code: string, scenario: string): Promise<unknown> {
    const order: Order = { type: 'live', exercise, code, scenario };
    const { answers, why } = await this.#carryOut(
      order,
      3 * runLimitMs,
      () => undefined,
    );
    const last = answers.at(-1);
    if (last?.type === 'live') return last.result;
    throw new SandboxError(reasonOf(why, last) ?? kitStrings.run.atLimit);
  }

  /** Ends the run that is going on. */
  stop(): void {
    if (this.#waiting !== undefined) this.#waiting.stopped = true;
    void this.#port?.then((port) => {
      port.postMessage({ type: 'stop' });
    });
  }

  /** Removes the frame, and with it every worker and timer. */
  close(): void {
    this.#frame?.remove();
    this.#frame = undefined;
    this.#port = undefined;
    this.#warmed = undefined;
    this.#run?.settle('closed');
    this.#run = undefined;
  }

  async #carryOut(
    order: Order,
    limitMs: number,
    onAnswer: (answer: Answer) => void,
  ): Promise<{ answers: readonly Answer[]; why: string }> {
    const waiting = { stopped: false };
    this.#waiting = waiting;
    const port = await this.#connect();
    await this.#warmed;
    if (this.#waiting === waiting) this.#waiting = undefined;
    if (waiting.stopped) return { answers: [], why: 'stopped' };
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
    this.#port ??= this.#load().catch((error: unknown) => {
      this.close(); // the next try begins anew
      throw error;
    });
    return this.#port;
  }

  async #load(): Promise<MessagePort> {
    const [text, frame] = await Promise.all([
      fetchText(this.#places.worker),
      loadFrame(this.#places.frame),
    ]);
    this.#frame = frame;
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = (event) => {
      this.#receive(event.data);
    };
    this.#warmed = new Promise((resolve) => {
      this.#onWarm = resolve;
    });
    // An opaque origin has no name to address it by; the port goes to this window only.
    frame.contentWindow?.postMessage(undefined, '*', [port2]);
    port1.postMessage({ type: 'script', text });
    return port1;
  }

  #receive(data: unknown): void {
    try {
      const fields = readFields(data, 'message');
      if (fields['type'] === 'warm') {
        this.#onWarm?.();
        return;
      }
      const run = this.#run;
      if (run === undefined || fields['run'] !== run.id) return;
      if (fields['type'] === 'over') {
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
  const response = await fetch(address);
  if (!response.ok) {
    throw new SandboxError(`the runner could not be loaded: ${response.status}`);
  }
  return response.text();
}

function loadFrame(address: string): Promise<HTMLIFrameElement> {
  const frame = document.createElement('iframe');
  frame.setAttribute('sandbox', 'allow-scripts');
  frame.title = 'Sandbox';
  frame.hidden = true;
  frame.tabIndex = -1;
  frame.src = address;
  return new Promise((resolve, reject) => {
    frame.onload = () => {
      resolve(frame);
    };
    frame.onerror = () => {
      reject(new SandboxError('the sandbox could not be loaded'));
    };
    document.body.append(frame);
  });
}
