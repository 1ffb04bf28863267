/**
 * What ends a run from outside: SIGINT, SIGTERM, or nobody reading what it prints. It is
 * heard from the first moment on, also while files are read.
 */

/** From the request on. The rest of the 6 s of the manual is for the process to end. */
const stopLimitMs = 5_500;

export class StopRequest {
  #asked = false;
  #stop: (() => void) | undefined;

  /** Starts to listen, until the process ends. */
  listen(): void {
    const ask = (): void => {
      this.#ask();
    };
    // Not `once`: npm hands a Ctrl-C on that the terminal sent us already. A second
    // signal must not cut off what the first one began.
    process.on('SIGINT', ask);
    process.on('SIGTERM', ask);
    process.stdout.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      ask();
    });
  }

  /** `stop` runs once: when the request comes, or now if it came before. */
  onRequest(stop: () => void): void {
    this.#stop = stop;
    if (this.#asked) stop();
  }

  #ask(): void {
    if (this.#asked) return;
    this.#asked = true;
    this.#stop?.();
    // Should a task hang, the promise of the manual is kept all the same.
    setTimeout(() => {
      process.stderr.write('peerwalk: a task did not end; stopped without it\n');
      process.exit(0);
    }, stopLimitMs).unref();
  }
}
