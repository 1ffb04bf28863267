/**
 * Runs answers one after the other in one thread, for the gates: to start a thread and
 * load the script takes longer than most runs. (A reader's code has a thread of its own.)
 * After an answer that left something behind, such as a task that waits, a new one is
 * started.
 */

import { MessageChannel, Worker } from 'node:worker_threads';
import { isLast, readAnswer, type Answer, type Order } from '#kit/formats/orders.ts';
import type { RunReport } from '#kit/formats/schema-report.ts';
import { readSeenLive, type SeenLive } from '#kit/formats/schema-seen.ts';

const prelude = `
const { parentPort } = require('node:worker_threads');
parentPort.on('message', (port) => {
  globalThis.peerwalkPort = port;
  globalThis.peerwalkCold = true;
  again();
});
for (const name of ['require', 'module', 'exports']) delete globalThis[name];
let again;
`;
const begin = 'peerwalkHarness.startWorker(';
const beginAgain = 'again=peerwalkHarness.startWorker.bind(undefined,';

/** Verdicts after which nothing of the answer runs on. */
const over = new Set(['passed', 'failed', 'unsolved', 'threw']);

export class OneThread {
  readonly #script: string;
  readonly #limitMs: number;
  #worker: Worker | undefined;

  constructor(text: string, limitMs: number) {
    if (!text.includes(begin)) throw new Error(`no ${begin} in the script`);
    this.#script = prelude + text.replace(begin, beginAgain);
    this.#limitMs = limitMs;
  }

  /**
   * One at a time.
   *
   * @param alone the only test to be run, as in an order
   */
  async test(exercise: string, code: string, alone?: string): Promise<RunReport> {
    const last = await this.#carryOut({
      type: 'test',
      exercise,
      code,
      ...(alone === undefined ? {} : { alone }),
    });
    if (last.type !== 'report') throw new Error(JSON.stringify(last));
    const { report } = last;
    if (!report.tests.every(({ verdict }) => over.has(verdict))) await this.close();
    return report;
  }

  /** Two nodes that run the code; it has to let them end. Needs the whole script. */
  async live(exercise: string, code: string, scenario: string): Promise<SeenLive> {
    const last = await this.#carryOut({ type: 'live', exercise, code, scenario });
    if (last.type !== 'live') throw new Error(JSON.stringify(last));
    return readSeenLive(last.result);
  }

  async close(): Promise<void> {
    await this.#worker?.terminate();
    this.#worker = undefined;
  }

  async #carryOut(order: Order): Promise<Answer> {
    const worker = (this.#worker ??= new Worker(this.#script, { eval: true }));
    const { port1, port2 } = new MessageChannel();
    let fail: (error: Error) => void = () => undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ended = new Promise<Answer>((resolve, reject) => {
      fail = reject;
      port1.on('message', (data: unknown) => {
        const answer = readAnswer(data);
        if (answer.type === 'ready') port1.postMessage(order);
        if (isLast(answer)) resolve(answer);
      });
      const words = `${order.exercise} took longer than ${this.#limitMs} ms`;
      timer = setTimeout(() => reject(new Error(words)), this.#limitMs);
    });
    worker.once('error', fail);
    worker.postMessage(port2, [port2]);
    try {
      return await ended;
    } finally {
      clearTimeout(timer);
      worker.off('error', fail);
      port1.close();
    }
  }
}
