import { Chan } from '#impl/csp/chan.ts';
import { Done } from '#impl/csp/done.ts';
import { recv, select, send } from '#impl/csp/select.ts';
import { WaitGroup } from '#impl/csp/wait-group.ts';

/** One end of a relay. */
export interface Side {
  /** The next message. Fails when the side is over, or was closed. */
  read(): Promise<string>;
  /** Waits until the side has taken the message. Fails as `read` does. */
  write(message: string): Promise<void>;
  /** Tells the side why, if it can still hear, and closes it. */
  close(why: string): Promise<void>;
}

export class Relay {
  /** Closes when the end is decided. */
  readonly stopped = new Done('stopped');
  /** Every task that serves this relay. */
  readonly tasks = new WaitGroup();
  /** From a reader: its side is over. */
  readonly broken = new Chan<Error>('broken', 2);
  /** From a writer: how its write went. The token comes back by it. */
  readonly written = new Chan<Error | undefined>('written', 1);
  /** Who holds it may write. */
  readonly token = new Chan<undefined>('token', 1);
  /** From whoever wants the end. */
  readonly ask = new Chan<string>('ask');
  readonly toLeft = new Chan<string>('toLeft');
  readonly toRight = new Chan<string>('toRight');
  readonly #left: Side;
  readonly #right: Side;

  constructor(left: Side, right: Side) {
    this.#left = left;
    this.#right = right;
  }

  /** Asks for the end. When it returns, that was the cause, or there was another. */
  async stop(why: string): Promise<void> {
    await select({ asked: send(this.ask, why), stopped: recv(this.stopped) });
  }

  /** Relays until the first cause, and says which it was. */
  async run(): Promise<string> {
    this.tasks.go('readLeft', () => this.#reads(this.#left, this.toRight));
    this.tasks.go('readRight', () => this.#reads(this.#right, this.toLeft));
    this.tasks.go('writeLeft', () => this.#writes(this.#left, this.toLeft));
    this.tasks.go('writeRight', () => this.#writes(this.#right, this.toRight));
    this.token.trySend(undefined);

    const why = await this.#firstCause();

    this.stopped.close();
    await this.#left.close(why);
    await this.#right.close(why);
    await this.tasks.wait();
    return why;
  }

  async #firstCause(): Promise<string> {
    for (;;) {
      const event = await select({
        broken: recv(this.broken),
        written: recv(this.written),
        ask: recv(this.ask),
      });
      if (event.case === 'ask') return event.value;
      if (event.value !== undefined) return event.value.message;
      this.token.trySend(undefined);
    }
  }

  async #reads(side: Side, to: Chan<string>): Promise<void> {
    try {
      for (;;) {
        const message = await side.read();
        const event = await select({
          taken: send(to, message),
          stopped: recv(this.stopped),
        });
        if (event.case === 'stopped') return;
      }
    } catch (error) {
      await this.broken.send(asError(error));
    }
  }

  async #writes(side: Side, from: Chan<string>): Promise<void> {
    for (;;) {
      const next = await select({ message: recv(from), stopped: recv(this.stopped) });
      if (next.case === 'stopped') return;
      const turn = await select({
        mine: recv(this.token),
        stopped: recv(this.stopped),
      });
      if (turn.case === 'stopped') return;
      let failed: Error | undefined;
      try {
        await side.write(next.value);
      } catch (error) {
        failed = asError(error);
      }
      await this.written.send(failed);
      if (failed !== undefined) return;
    }
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
