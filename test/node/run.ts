/** Runs of the command line: in this process, and as processes of their own. */

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseOptions } from '../../impl/node/options.ts';
import type { NodeEvent } from '../../impl/node/report.ts';
import { Session } from '../../impl/node/session.ts';

export const chainDir = fileURLToPath(
  new URL('../fixtures/geth-chain/', import.meta.url),
);
export const genesisOptions = ['--genesis', `${chainDir}genesis.json`];
/** geth's 63 blocks. */
export const chainOptions = [...genesisOptions, '--import', `${chainDir}chain.rlp`];
export const anyPort = ['--listen', '127.0.0.1:0'];

type EventOf<T extends NodeEvent['type']> = Extract<NodeEvent, { type: T }>;

/** The events of a node, and those who wait for one. */
class EventLog {
  readonly all: NodeEvent[] = [];
  readonly #watchers = new Set<() => void>();

  add(event: NodeEvent): void {
    this.all.push(event);
    for (const look of [...this.#watchers]) look();
  }

  /** The first event of that type, now or when it comes. */
  first<T extends NodeEvent['type']>(
    type: T,
    fits: (event: EventOf<T>) => boolean = () => true,
  ): Promise<EventOf<T>> {
    return new Promise((resolve) => {
      const look = (): void => {
        const found = this.all.find((event): event is EventOf<T> => {
          return event.type === type && fits(event as EventOf<T>); // by its type
        });
        if (found === undefined) return;
        this.#watchers.delete(look);
        resolve(found);
      };
      this.#watchers.add(look);
      look();
    });
  }
}

/** The command line without a process around it. */
export class Run {
  readonly log = new EventLog();
  /** Rejects with what a user would be told. */
  readonly ended: Promise<void>;
  readonly #session: Session;

  constructor(...args: readonly string[]) {
    const options = parseOptions(args);
    if (options === undefined) throw new TypeError('the help is no run');
    this.#session = new Session(options, {
      report: (event) => {
        this.log.add(event);
      },
    });
    this.ended = this.#session.run();
    // Whether it fails is for the test to ask, at any time.
    this.ended.catch(() => undefined);
  }

  async enode(): Promise<string> {
    return (await this.log.first('listening')).enode;
  }

  stop(): Promise<void> {
    this.#session.stop.close();
    return this.ended;
  }
}

export type Command = 'main.ts' | 'bin.js';

/** The command line as a user starts it. Its events are expected as JSON. */
export class NodeProcess {
  readonly child: ChildProcess;
  readonly log = new EventLog();
  /** Lines of standard output that were no JSON object. */
  readonly strayLines: string[] = [];
  stderr = '';
  readonly ended: Promise<{ code: number | null; signal: string | null }>;

  constructor(command: Command, ...args: readonly string[]) {
    const script = fileURLToPath(
      new URL(`../../impl/node/${command}`, import.meta.url),
    );
    const loader = command === 'main.ts' ? ['--import', 'tsx'] : [];
    const child = spawn(process.execPath, [...loader, script, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child = child;
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    createInterface({ input: child.stdout }).on('line', (line) => {
      this.#line(line);
    });
    this.ended = once(child, 'close').then(() => {
      return { code: child.exitCode, signal: child.signalCode };
    });
  }

  async enode(): Promise<string> {
    return (await this.log.first('listening')).enode;
  }

  /** Sends a signal and waits for the end. */
  async kill(signal: NodeJS.Signals): Promise<{ code: number | null }> {
    this.child.kill(signal);
    return this.ended;
  }

  #line(line: string): void {
    try {
      const event: unknown = JSON.parse(line);
      if (typeof event === 'object' && event !== null && 'type' in event) {
        this.log.add(event as NodeEvent); // the tests look at every field they use
        return;
      }
    } catch {
      // No JSON: kept as it is.
    }
    this.strayLines.push(line);
  }
}
