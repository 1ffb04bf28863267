/** Starts the processes of the bench, asks them, and ends them all, whatever happens. */

import { fork, type ChildProcess } from 'node:child_process';
import type { Answer, Work } from './work.ts';
import type { StackName } from './stack.ts';

/** No process lives longer, whatever it does. */
const lifeMs = 30 * 60_000;
const defaultCallMs = 120_000;

/** `Work` as it looks from here. */
export type Remote = {
  [Name in keyof Work]: Work[Name] extends (...args: infer Args) => infer Result
    ? (...args: Args) => Promise<Awaited<Result>>
    : never;
};

interface Pending {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly late: NodeJS.Timeout;
}

export class Child {
  readonly #process: ChildProcess;
  readonly #name: string;
  readonly #pending = new Map<number, Pending>(); // BOUNDED by the calls of one parent
  readonly #end: NodeJS.Timeout;
  #nextId = 0;

  constructor(file: string, name: string, flags: readonly string[]) {
    this.#name = name;
    this.#process = fork(file, {
      execArgv: [...flags],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      serialization: 'advanced', // figures may be NaN, and are to stay so
    });
    this.#process.on('message', (message: Answer) => {
      this.#settle(message);
    });
    this.#process.on('error', (error) => {
      this.#failAll(error);
    });
    this.#process.on('exit', (code, signal) => {
      clearTimeout(this.#end);
      this.#failAll(new Error(`${name} has ended (${signal ?? code ?? '?'})`));
    });
    this.#end = setTimeout(() => {
      this.kill();
    }, lifeMs);
  }

  async call<Name extends keyof Work>(
    name: Name,
    args: Parameters<Remote[Name]>,
    limitMs = defaultCallMs,
  ): Promise<Awaited<ReturnType<Remote[Name]>>> {
    const id = this.#nextId++;
    const result = await new Promise((resolve, reject) => {
      const late = setTimeout(() => {
        this.#pending.delete(id);
        reject(new Error(`${this.#name}: ${name} took longer than ${limitMs} ms`));
        this.kill();
      }, limitMs);
      this.#pending.set(id, { resolve, reject, late });
      this.#process.send({ id, name, args }, (error) => {
        if (error !== null) this.#settle({ id, error: error.message });
      });
    });
    return result as Awaited<ReturnType<Remote[Name]>>; // by the name that was called
  }

  kill(): void {
    this.#process.kill('SIGKILL');
  }

  #settle({ id, result, error }: Answer): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    this.#pending.delete(id);
    clearTimeout(pending.late);
    if (error === undefined) pending.resolve(result);
    else pending.reject(new Error(`${this.#name}: ${error}`));
  }

  #failAll(error: Error): void {
    for (const { reject, late } of this.#pending.values()) {
      clearTimeout(late);
      reject(error);
    }
    this.#pending.clear();
  }
}

/** Those of one suite. */
export class Children {
  readonly #file: string;
  readonly #all: Child[] = []; // BOUNDED by the processes of a suite
  #stopped = false;

  constructor(file: string) {
    this.#file = file;
  }

  /** @param flags for its V8 */
  start(name: string, flags: readonly string[] = []): Child {
    if (this.#stopped) throw new Error('interrupted');
    const child = new Child(this.#file, name, flags);
    this.#all.push(child);
    return child;
  }

  async startStack(
    stack: StackName,
    role: string,
    flags: readonly string[] = [],
  ): Promise<Child> {
    const child = this.start(`${stack} ${role}`, flags);
    await child.call('load', [stack]);
    return child;
  }

  endAll(): void {
    for (const child of this.#all.splice(0)) child.kill();
  }

  /** Ends all, and lets none start again. */
  stop(): void {
    this.#stopped = true;
    this.endAll();
  }
}
