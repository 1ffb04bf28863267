/** What a child process can be asked to do, and how it does it. */

import { randomBytes } from 'node:crypto';
import { monitorEventLoopDelay, type IntervalHistogram } from 'node:perf_hooks';
import { collectGarbage, heldBytes } from '../helpers/garbage.ts';
import { cpuMicros, timeCodec, type CodecTimes } from './codec.ts';
import type { Profiled } from './catalogue.ts';
import { heldNow, type Held } from './held.ts';
import { Profile, type Shares } from './profile.ts';
import { percentile } from './statistics.ts';
import { codes, type Address, type Dialer, type Link } from './stack.ts';
import type { Stack, StackName } from './stack.ts';

export interface Dialed {
  readonly seconds: number;
  readonly cpuMs: number;
}

export interface Flood {
  readonly sent: number;
  /** On the clock that all processes of a machine share, in milliseconds. */
  readonly startMs: number;
  readonly cpuUs: number;
}

export interface Received {
  readonly count: number;
  readonly endMs: number;
  readonly cpuUs: number;
}

export interface RoundTrips {
  readonly p50Us: number;
  readonly p99Us: number;
}

export interface LoopDelay {
  readonly p99Ms: number;
  readonly maxMs: number;
}

export interface Memory {
  readonly rssKiB: number;
  readonly heapKiB: number;
}

/** How often the monitor looks; what it reports has this on top. */
const delayResolutionMs = 1;

/** Small arrays that `touchHeap` makes, and how many of them live at once. */
const allocations = 4_000_000;
const survivors = 20_000;

/** Random payloads in a row, so that a cache does not hold the only one. */
const payloads = 16;

const loaders: Record<StackName, () => Promise<Stack>> = {
  // Loaded when asked for: a process holds the code of one stack.
  ours: async () => (await import('./ours.ts')).ourStack(),
  transport: async () => (await import('./ours.ts')).bareTransport(),
  devp2p: async () => (await import('./theirs.ts')).theirStack(),
  raw: async () => (await import('./raw.ts')).rawStack(),
};

export class Work {
  #stack: Stack | undefined;
  #dialers: Dialer[] = [];
  #to: Address | undefined;
  #links: Link[] = [];
  #up = 0;
  readonly #parts = new Map<number, readonly Uint8Array[]>(); // BOUNDED by the sizes
  #received = { count: 0, bytes: 0, cpu: 0 };
  #ended: (() => void) | undefined;
  #end: Promise<number> | undefined;
  #pong: (() => void) | undefined;
  #delay: IntervalHistogram | undefined;
  #profile: Profile | undefined;

  async load(stack: StackName): Promise<void> {
    this.#stack = await loaders[stack]();
  }

  listen(maxPeers: number): Promise<Address> {
    return this.#needStack().listen(maxPeers, this.#receive, () => this.#up++);
  }

  /** Inbound connections that have come up since the start. */
  up(): number {
    return this.#up;
  }

  cpu(): number {
    return cpuMicros();
  }

  async prepare(to: Address, count: number): Promise<void> {
    const stack = this.#needStack();
    this.#to = to;
    this.#dialers = [];
    for (let i = 0; i < count; i++) {
      this.#dialers.push(await stack.dialer(to, this.#receive));
    }
  }

  /**
   * Dials with everyone prepared, and keeps what comes of it.
   *
   * @param tries with new keys, where only the peers count: on a busy machine a slow
   *   handshake of devp2p's misses our deadline now and then
   */
  async dial(atOnce: number, tries = 1): Promise<Dialed> {
    const waiting = [...this.#dialers].values();
    const line = async (): Promise<void> => {
      for (const dialer of waiting)
        this.#links.push(await this.#dialOne(dialer, tries));
    };
    const cpu = cpuMicros();
    const start = performance.now();
    await Promise.all(Array.from({ length: atOnce }, line));
    const seconds = (performance.now() - start) / 1000;
    return { seconds, cpuMs: (cpuMicros() - cpu) / 1000 };
  }

  async #dialOne(dialer: Dialer, tries: number): Promise<Link> {
    try {
      return await dialer.dial();
    } catch (error) {
      if (tries === 1 || this.#to === undefined) throw error;
      await dialer.close();
      const next = await this.#needStack().dialer(this.#to, this.#receive);
      this.#dialers.push(next);
      return this.#dialOne(next, tries - 1);
    }
  }

  async hangUp(): Promise<void> {
    this.#links = [];
    await Promise.all(this.#dialers.splice(0).map((dialer) => dialer.close()));
  }

  /** Drawn once: 160 MiB of random bytes are a long piece of work, and not ours. */
  #partsOf(size: number): readonly Uint8Array[] {
    const parts =
      this.#parts.get(size) ??
      Array.from({ length: payloads }, () => randomBytes(size));
    this.#parts.set(size, parts);
    return parts;
  }

  /** Sends messages one by one for `ms`, then the last one. */
  async flood(link: number, size: number, ms: number): Promise<Flood> {
    const to = this.#needLink(link);
    const parts = this.#partsOf(size);
    const cpu = cpuMicros();
    const startMs = sharedClock();
    const until = startMs + ms;
    let sent = 0;
    while (sharedClock() < until) {
      const busy = to.send(codes.data, parts[sent % payloads] ?? new Uint8Array());
      if (busy !== undefined) await busy;
      sent++;
    }
    await to.send(codes.end, new Uint8Array(1));
    return { sent, startMs, cpuUs: cpuMicros() - cpu };
  }

  /** Before a flood: counts from here. */
  arm(): void {
    this.#received = { count: 0, bytes: 0, cpu: cpuMicros() };
    this.#end = new Promise((resolve) => {
      this.#ended = () => {
        resolve(sharedClock());
      };
    });
  }

  /** Until the last message of the flood is here. */
  async received(): Promise<Received> {
    const endMs = (await this.#end) ?? NaN;
    const { count, cpu } = this.#received;
    return { count, endMs, cpuUs: cpuMicros() - cpu };
  }

  async roundTrips(link: number, size: number, count: number): Promise<RoundTrips> {
    const to = this.#needLink(link);
    const payload = randomBytes(size);
    const times: number[] = [];
    for (let i = 0; i < count; i++) {
      const back = new Promise<void>((resolve) => {
        this.#pong = resolve;
      });
      const start = performance.now();
      await to.send(codes.ping, payload);
      await back;
      times.push(1000 * (performance.now() - start));
    }
    return { p50Us: percentile(times, 0.5), p99Us: percentile(times, 0.99) };
  }

  startDelay(): void {
    this.#delay = monitorEventLoopDelay({ resolution: delayResolutionMs });
    this.#delay.enable();
  }

  stopDelay(): LoopDelay {
    const monitor = this.#delay;
    if (monitor === undefined) throw new Error('no delay is watched');
    monitor.disable();
    const ms = (nanos: number): number => Math.max(0, nanos / 1e6 - delayResolutionMs);
    return { p99Ms: ms(monitor.percentile(99)), maxMs: ms(monitor.max) };
  }

  startProfile(): void {
    this.#profile = new Profile();
    this.#profile.start();
  }

  stopProfile(work: Profiled): Promise<Shares> {
    if (this.#profile === undefined) throw new Error('no profile is taken');
    return this.#profile.stop(work);
  }

  /** Touches the whole young generation, which would count as the first peers' memory. */
  touchHeap(): void {
    let kept: number[][] = [];
    for (let i = 0; i < allocations; i++) {
      if (kept.length === survivors) kept = [];
      kept.push([i]);
    }
  }

  async memory(): Promise<Memory> {
    const heapKiB = (await heldBytes()) / 1024;
    return { rssKiB: process.memoryUsage.rss() / 1024, heapKiB };
  }

  /** CPU of this process while nobody asks anything of it, in microseconds a second. */
  async restCPU(ms: number): Promise<number> {
    const before = cpuMicros();
    await new Promise((resolve) => setTimeout(resolve, ms));
    return ((cpuMicros() - before) * 1000) / ms;
  }

  async held(): Promise<Held> {
    await collectGarbage();
    return heldNow();
  }

  codec(size: number, ms: number): Promise<CodecTimes> {
    return timeCodec(size, ms);
  }

  async serveChains(
    specs: readonly { readonly blocks: number; readonly txs: number }[],
  ): Promise<string[]> {
    const { serveChains } = await import('./ours.ts');
    return serveChains(specs);
  }

  async fetchChain(enode: string, blocks: number): Promise<Dialed> {
    const { fetchChain } = await import('./ours.ts');
    const cpu = cpuMicros();
    const start = performance.now();
    await fetchChain(enode, blocks);
    const seconds = (performance.now() - start) / 1000;
    return { seconds, cpuMs: (cpuMicros() - cpu) / 1000 };
  }

  readonly #receive = (
    link: Link,
    code: number,
    payload: Uint8Array,
  ): Promise<void> | undefined => {
    switch (code) {
      case codes.data:
        this.#received.count++;
        this.#received.bytes += payload.length;
        break;
      case codes.end:
        this.#ended?.();
        break;
      case codes.ping:
        return link.send(codes.pong, payload);
      case codes.pong:
        this.#pong?.();
        break;
    }
    return undefined;
  };

  #needStack(): Stack {
    if (this.#stack === undefined) throw new Error('no stack was loaded');
    return this.#stack;
  }

  #needLink(index: number): Link {
    const link = this.#links[index];
    if (link === undefined) throw new Error(`no link ${index}`);
    return link;
  }
}

function sharedClock(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** The methods that a parent may call by name. */
export type Call = {
  [Name in keyof Work]: Work[Name] extends (...args: infer Args) => unknown
    ? { readonly id: number; readonly name: Name; readonly args: Args }
    : never;
}[keyof Work];

export interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: string;
}
