/**
 * What ends a run from outside: SIGINT, SIGTERM, or that what it prints can no longer be
 * written. It is heard from the first moment on, also while files are read.
 */

import { closeSync } from 'node:fs';
import { isatty } from 'node:tty';
import type { Output } from './output.ts';

/** From the request on. The rest of the 6 s of the manual is for the process to end. */
const stopLimitMs = 5_500;

/** What was printed gets this long to be read, if the node took all of the time above. */
const leastReadMs = 300;

/**
 * npm hands a Ctrl-C on that the terminal sent us already: signals that come this soon
 * are one.
 */
const oneSignalMs = 1_000;

const terminalIsGone = 'the terminal is gone';

const errorTexts: Readonly<Record<string, string>> = {
  EPIPE: 'nobody reads it any more',
  ENOSPC: 'no space left on the device',
  EIO: terminalIsGone,
};

export class StopRequest {
  readonly #out: Output;
  readonly #err: Output;
  #askedAt: number | undefined;
  #signalledAt: number | undefined;
  #hasNodeEnded = false;
  #hasFailed = false;
  #stop: (() => void) | undefined;
  #giveUp: (() => void) | undefined;
  #limit: NodeJS.Timeout | undefined;
  #isOver = false;

  constructor(out: Output, err: Output) {
    this.#out = out;
    this.#err = err;
  }

  /** Something that was printed could not be written: exit code 1. */
  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  /** Starts to listen, until the process ends. */
  listen(): void {
    const signal = (): void => {
      this.#onSignal();
    };
    process.on('SIGINT', signal);
    process.on('SIGTERM', signal);
    // Without a terminal it is `nohup` that is asked for: Node takes what that has set.
    const hasTerminal = [0, 1, 2].some((fd) => isatty(fd));
    process.on('SIGHUP', () => {
      if (hasTerminal) this.#fail(terminalIsGone);
    });
    for (const output of [this.#out, this.#err]) {
      output.listen((error: NodeJS.ErrnoException) => {
        const code = error.code ?? '';
        const why = errorTexts[code] ?? error.message;
        this.#fail(`${output.what}: ${why} (${code})`);
      });
    }
  }

  /**
   * @param stop runs once: when the request comes, or now if it came before
   * @param giveUp runs when a signal comes after `nodeEnded`, or another one later on
   */
  onRequest(stop: () => void, giveUp: () => void): void {
    this.#stop = stop;
    this.#giveUp = giveUp;
    if (this.#askedAt !== undefined) stop();
  }

  /** Nobody is connected any more. What is left takes its time, or a signal. */
  nodeEnded(): void {
    this.#hasNodeEnded = true;
    clearTimeout(this.#limit);
    this.#limit = undefined;
  }

  /** The run is over: waits until what it printed is read, after a request not for long. */
  async lastWords(): Promise<void> {
    this.#isOver = true;
    this.nodeEnded();
    if (this.#askedAt !== undefined) this.#startLimit();
    await this.#out.flushed();
    await this.#err.flushed();
    this.nodeEnded();
  }

  #onSignal(): void {
    const now = performanceNow();
    const isFirst = this.#signalledAt === undefined;
    this.#signalledAt ??= now;
    if (!isFirst && now - this.#signalledAt <= oneSignalMs) return;
    if (!isFirst || this.#hasNodeEnded) this.#giveUp?.();
    this.#ask();
  }

  #fail(what: string): void {
    if (this.#hasFailed) return; // a terminal goes with a signal and with what is printed on it
    this.#hasFailed = true;
    if (what.includes(terminalIsGone)) process.once('exit', forgetTerminal);
    this.#err.write(`peerwalk: ${what}; stopped\n`);
    this.#ask();
  }

  #ask(): void {
    if (this.#askedAt !== undefined) return;
    this.#askedAt = performanceNow();
    this.#startLimit();
    this.#stop?.();
  }

  /** Should a task or a reader hang, the promise of the manual is kept all the same. */
  #startLimit(): void {
    const since = performanceNow() - (this.#askedAt ?? 0);
    const left = Math.max(leastReadMs, stopLimitMs - since);
    this.#limit = setTimeout(() => {
      const what = this.#isOver
        ? `${this.#out.what}: its last ${this.#out.kept} bytes were not read`
        : 'a task did not end; stopped without it';
      process.stderr.write(`peerwalk: ${what}\n`);
      process.exit(this.#hasFailed ? 1 : 0);
    }, left).unref();
  }
}

// eslint-disable-next-line no-restricted-properties -- signals come outside of every runtime
const performanceNow = (): number => performance.now();

/** At its end Node puts a terminal back as it was, and aborts if there is none any more. */
function forgetTerminal(): void {
  for (const fd of [0, 1, 2]) {
    try {
      closeSync(fd);
    } catch {
      // It was closed before.
    }
  }
}
