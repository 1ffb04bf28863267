/**
 * Runs the worker's script in threads of Node: one run, one thread, ended at the limit.
 * The next thread is started ahead of time, so that a run begins at once. Node only.
 */

import {
  Worker,
  MessageChannel,
  receiveMessageOnPort,
  type MessagePort,
} from 'node:worker_threads';
import {
  endedReport,
  isLast,
  readAnswer,
  runLimitMs,
  seeLimitMs,
  type Answer,
  type Order,
} from '../formats/orders.ts';
import type { RunReport } from '../formats/schema-report.ts';
import {
  readSeenLive,
  readSeenTest,
  type SeenLive,
  type SeenTest,
} from '../formats/schema-seen.ts';
import { kitStrings } from '../words/strings.ts';

const strings = kitStrings.run;

/**
 * Runs the text as a script that has no modules to ask for: an `import()` in it, or in
 * what it evaluates, gets none.
 */
const starter = `
const { port, cold, text } = require('node:worker_threads').workerData;
globalThis.peerwalkPort = port;
globalThis.peerwalkCold = cold;
const script = new (require('node:vm').Script)(text);
for (const name of ['require', 'module', 'exports']) delete globalThis[name];
script.runInThisContext();
`;

interface Thread {
  readonly worker: Worker;
  readonly port: MessagePort;
}

export class Threads {
  readonly #text: string;
  readonly #limitMs: number;
  #warm: Thread | undefined;

  /** @param limitMs for tests; what is recorded may take longer */
  constructor(text: string, limitMs: number = runLimitMs) {
    this.#text = text;
    this.#limitMs = limitMs;
  }

  /** Runs the tests of an exercise. Never throws because of the code. */
  async test(exercise: string, code: string): Promise<RunReport> {
    const begun = performance.now();
    const answers = await this.#carryOut({ type: 'test', exercise, code });
    const last = answers.at(-1);
    if (last?.type === 'report') return last.report;
    const ms = performance.now() - begun;
    return last?.type === 'broken'
      ? endedReport(answers, ms, last.message)
      : endedReport(answers, ms);
  }

  /**
   * A test, run again with the trace on; needs the whole script.
   *
   * @throws {Error} it cannot be seen, the code broke, or it took longer than the limit
   */
  async see(exercise: string, code: string, test: string): Promise<SeenTest> {
    return readSeenTest(await this.#result({ type: 'see', exercise, code, test }));
  }

  /** @throws {Error} the code broke, or took longer than the limit */
  async live(exercise: string, code: string, scenario: string): Promise<SeenLive> {
    return readSeenLive(await this.#result({ type: 'live', exercise, code, scenario }));
  }

  async #result(order: Order): Promise<unknown> {
    const last = (await this.#carryOut(order)).at(-1);
    if (last?.type === 'live' || last?.type === 'seen') return last.result;
    throw new Error(last?.type === 'broken' ? last.message : strings.atLimit);
  }

  /** Starts the next thread now. */
  warm(): void {
    this.#warm ??= this.#start(false);
  }

  async close(): Promise<void> {
    await this.#warm?.worker.terminate();
    this.#warm = undefined;
  }

  /** @param cold whether an order waits already: then nothing is loaded ahead of it */
  #start(cold: boolean): Thread {
    const { port1, port2 } = new MessageChannel();
    const worker = new Worker(starter, {
      eval: true,
      workerData: { port: port2, cold, text: this.#text },
      transferList: [port2],
      stdout: true,
      stderr: true,
    });
    worker.unref();
    port1.unref();
    return { worker, port: port1 };
  }

  async #carryOut(order: Order): Promise<Answer[]> {
    const { worker, port } = this.#warm ?? this.#start(true);
    this.#warm = undefined;
    const answers: Answer[] = []; // BOUNDED by the tests and the printed lines
    let timer: ReturnType<typeof setTimeout> | undefined;
    await new Promise<void>((resolve) => {
      const finish = (message?: string): void => {
        if (message !== undefined) answers.push({ type: 'broken', message });
        resolve();
      };
      const take = (data: unknown): void => {
        const answer = answerIn(data);
        answers.push(answer);
        if (answer.type === 'ready') {
          port.postMessage(order);
          const limitMs = order.type === 'test' ? this.#limitMs : seeLimitMs;
          timer = setTimeout(finish, limitMs);
        }
        if (isLast(answer)) finish();
      };
      port.on('message', take);
      port.ref();
      worker.once('error', (error) => {
        finish(strings.workerFailed(String(error)));
      });
      worker.once('exit', () => {
        // What it posted last may lie in the port still.
        let last = receiveMessageOnPort(port);
        for (; last !== undefined; last = receiveMessageOnPort(port)) {
          take(last.message);
        }
        if (!isLast(answers.at(-1))) finish(strings.workerEnded);
      });
    });
    clearTimeout(timer);
    worker.removeAllListeners('exit');
    await worker.terminate();
    port.close();
    return answers;
  }
}

/** What is no answer can only come from a worker that the code has broken. */
function answerIn(data: unknown): Answer {
  try {
    return readAnswer(data);
  } catch (error) {
    return { type: 'broken', message: String(error) };
  }
}
