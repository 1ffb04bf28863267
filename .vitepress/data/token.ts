/**
 * Every order in which the tasks of a peer can go on while two protocols and `pingLoop`
 * want to write: the moments of the token bench. They are the node's own Peer, run once
 * for each step from each moment. A task that has begun runs until it has to wait.
 */
import { utf8 } from '../../impl/bytes.ts';
import { Chan } from '../../impl/csp/chan.ts';
import { Done } from '../../impl/csp/done.ts';
import { recv, select, send } from '../../impl/csp/select.ts';
import { WaitGroup } from '../../impl/csp/wait-group.ts';
import { ConnClosed, type NetConn } from '../../impl/net/net-conn.ts';
import { discMsg, pingMsg, pongMsg } from '../../impl/p2p/base-protocol.ts';
import { sendItems, type MsgReadWriter } from '../../impl/p2p/message.ts';
import { Peer } from '../../impl/p2p/peer.ts';
import { discRequested } from '../../impl/p2p/peer-error.ts';
import { ShuttingDown } from '../../impl/p2p/proto-rw.ts';
import type { Protocol } from '../../impl/p2p/protocol.ts';
import type { Clock } from '../../impl/sim/clock.ts';
import { connOver } from '../../impl/sim/one-peer.ts';
import { PlainTransport } from '../../impl/sim/plain-transport.ts';
import { Schedule } from '../../impl/sim/schedule.ts';
import { SerialRuntime } from '../../impl/sim/serial.ts';
import { aTurn, type Task } from '../../impl/sim/task.ts';
import { nodeIDOf } from '../../impl/p2p/enode.ts';
import {
  actors,
  situations,
  written,
  type Actor,
  type Doing,
  type Graph,
  type Moment,
  type Situation,
  type Stand,
  type TokenData,
  type TokenPlace,
  type Word,
} from '../theme/components/token-bench.ts';

export class TokenError extends Error {
  override readonly name = 'TokenError';
}

const mostMoments = 1_000;

/** @throws {TokenError} a run cannot be followed, or there are too many moments */
export async function findTokenMoments(): Promise<TokenData> {
  const found = new Map<Situation, Graph>();
  for (const situation of situations) found.set(situation, await explore(situation));
  return {
    well: written(found.get('well') ?? []),
    leave: written(found.get('leave') ?? []),
  };
}

async function explore(situation: Situation): Promise<Graph> {
  const graph: {
    moment: Bare;
    way: readonly Actor[];
    next: Partial<Record<Actor, number>>;
  }[] = [];
  const numbers = new Map<string, number>();
  const add = async (way: readonly Actor[]): Promise<number> => {
    const moment = await new Bench(situation).after(way);
    const key = JSON.stringify(moment);
    const known = numbers.get(key);
    if (known !== undefined) return known;
    if (graph.length >= mostMoments) throw new TokenError('too many moments');
    numbers.set(key, graph.length);
    return graph.push({ moment, way, next: {} }) - 1;
  };
  await add([]);
  for (const { moment, way, next } of graph) {
    for (const actor of actors) {
      if (moment.stands[actor]?.ready === true)
        next[actor] = await add([...way, actor]);
    }
  }
  return graph.map(({ moment, next }) => ({ ...moment, next }));
}

type Bare = Omit<Moment, 'next'>;

/** Time stands still: whoever waits for a clock waits. */
const stopped: Clock = {
  isVirtual: true,
  due: 0,
  now: () => 0,
  startTimer: () => ({ stop: () => undefined }),
  advance: () => false,
  fireDue: () => undefined,
  stop: () => undefined,
};

const taskNames: Readonly<Record<string, Actor>> = {
  'chat/1': 'chat',
  'eth/63': 'eth',
  pingLoop: 'pingLoop',
  run: 'run',
  line: 'line',
  server: 'server',
};
const chatLength = 4;
const wireWords: ReadonlyMap<number, Word> = new Map([
  [16, 'chat 1'],
  [17, 'chat 2'],
  [16 + chatLength, 'eth'],
  [pongMsg, 'Pong'],
  [discMsg, 'Disconnect'],
]);

/** One run: a peer, its two protocols, and a line that takes a message when it may. */
class Bench {
  readonly #situation: Situation;
  readonly #wire: Word[] = [];
  readonly #heard: {
    chat?: 'ShuttingDown' | 'failed';
    eth?: 'ShuttingDown' | 'failed';
  } = {};
  #token: TokenPlace = 'free';
  #peer: Peer | undefined;
  #last: Task | undefined;
  readonly #begun = new Set<Task>();

  constructor(situation: Situation) {
    this.#situation = situation;
  }

  /** Lets them go on, one after the other, and says how things stand then. */
  after(way: readonly Actor[]): Promise<Bare> {
    const steps = [...way];
    return new Promise((resolve, reject) => {
      const look = (ready: readonly Task[]): void => {
        const moment = this.#look(ready, serial.tasks);
        serial.halt();
        resolve(moment);
      };
      const serial: SerialRuntime = new SerialRuntime({
        clock: stopped,
        schedule: new Schedule(''),
        isBesideOthers: true,
        maxSteps: 10_000,
        pick: (ready) => {
          const own = this.#unasked(ready);
          const next =
            own >= 0 ? own : ready.findIndex((task) => actorOf(task) === steps[0]);
          if (own < 0) {
            if (steps.length === 0) {
              look(ready);
              return 0;
            }
            steps.shift();
          }
          this.#last = ready[next];
          if (this.#last === undefined) {
            serial.halt();
            reject(new TokenError(`${way.join(' ')} cannot go on`));
            return 0;
          }
          this.#begun.add(this.#last);
          return next;
        },
        onHalt: ({ kind }) => {
          if (kind === 'deadlock' && steps.length === 0) look([]);
          else reject(new TokenError(`${way.join(' ')}: ${kind}`));
        },
        onTaskFailed: (name, error) => {
          reject(new TokenError(`${name} failed`, { cause: error }));
        },
      });
      serial.spawn('main', () => this.#main());
    });
  }

  /** Who goes on without being asked: who has begun, and what the bench does not show. */
  #unasked(ready: readonly Task[]): number {
    const last = ready.findIndex(
      (task) => task === this.#last && task.waitsOn === aTurn,
    );
    if (last >= 0) return last;
    return ready.findIndex((task) => {
      const actor = actorOf(task);
      if (actor === undefined) return true;
      if (this.#situation === 'leave' && actor === 'pingLoop') return true;
      if (!this.#begun.has(task)) return actor === 'run' || actor === 'line';
      // At the end, who is neither writing nor about to has nothing to show.
      return this.#isClosed && ['rest', 'others'].includes(doingOf(task));
    });
  }

  get #isClosed(): boolean {
    return this.#peer?.closed.closed === true;
  }

  async #main(): Promise<void> {
    const line = new Line(this.#situation === 'well', (code) => {
      this.#wire.push(wireWords.get(code) ?? 'eth');
    });
    const transport = new PlainTransport(line, nodeIDOf('11'.repeat(64)));
    const isWell = this.#situation === 'well';
    const chat = this.#protocol('chat', 1, chatLength, isWell ? [0, 1] : [0]);
    const eth = this.#protocol('eth', 63, 17, [0]);
    const peer = new Peer(connOver(transport, [chat, eth]), [chat, eth]);
    this.#peer = peer;
    this.#follow(peer);
    const tasks = new WaitGroup();
    tasks.go('line', () => line.take());
    tasks.go('run', async () => {
      await peer.run();
      line.end();
    });
    if (this.#situation === 'leave')
      tasks.go('server', () => peer.disconnect(discRequested));
    await tasks.wait();
  }

  /** It says its messages, and then listens. */
  #protocol(
    name: 'chat' | 'eth',
    version: number,
    length: number,
    codes: readonly number[],
  ): Protocol {
    const run = async (_: unknown, rw: MsgReadWriter): Promise<void> => {
      try {
        for (const code of codes) await sendItems(rw, code, utf8(name));
      } catch (error) {
        this.#heard[name] = error instanceof ShuttingDown ? 'ShuttingDown' : 'failed';
        throw error;
      }
      for (;;) await rw.readMsg();
    };
    return { name, version, length, run };
  }

  /** Notes where the token goes, at the two channels through which it goes. */
  #follow({ writeStart, writeErr }: Peer): void {
    const waiting = new Map<object, Actor | undefined>();
    const { perform } = writeStart;
    const watch = writeStart.watch.bind(writeStart);
    const leave = writeStart.leave.bind(writeStart);
    const put = writeStart.trySend.bind(writeStart);
    const report = writeErr.trySend.bind(writeErr);
    let isHanded = false;
    const goesTo = (actor: Actor | undefined): void => {
      if (actor === 'chat' || actor === 'eth') this.#token = actor;
    };
    const current = (): Actor | undefined => this.#last && actorOf(this.#last);
    Object.assign(writeStart, {
      perform: () => {
        goesTo(current());
        perform.call(writeStart);
      },
      watch: (waiter: Parameters<typeof watch>[0]) => {
        waiting.set(waiter, current());
        watch(waiter);
      },
      leave: (waiter: Parameters<typeof leave>[0]) => {
        if (isHanded) goesTo(waiting.get(waiter));
        leave(waiter);
      },
      trySend: () => {
        this.#token = 'free';
        isHanded = true;
        try {
          return put(undefined);
        } finally {
          isHanded = false;
        }
      },
    });
    writeErr.trySend = (error) => {
      this.#token = 'report';
      return report(error);
    };
  }

  #look(ready: readonly Task[], alive: ReadonlySet<Task>): Bare {
    const closed = this.#isClosed;
    const stands: Partial<Record<Actor, Stand>> = {};
    for (const actor of actors) {
      if (actor !== (this.#situation === 'leave' ? 'pingLoop' : 'server'))
        stands[actor] = { doing: 'over', ready: false };
    }
    for (const task of alive) {
      const actor = actorOf(task);
      if (actor === undefined || stands[actor] === undefined) continue;
      const doing = this.#begun.has(task) ? doingOf(task) : 'begin';
      stands[actor] = { doing, ready: ready.includes(task) };
    }
    return {
      stands,
      token: this.#token === 'report' && closed ? 'gone' : this.#token,
      closed,
      wire: [...this.#wire],
      heard: sorted(this.#heard),
    };
  }
}

/** In one order, whoever heard first. */
function sorted({ chat, eth }: Bare['heard']): Bare['heard'] {
  return { ...(chat !== undefined && { chat }), ...(eth !== undefined && { eth }) };
}

function actorOf({ name }: Task): Actor | undefined {
  return taskNames[name];
}

function doingOf({ waitsOn }: Task): Doing {
  const label = waitsOn?.label ?? '';
  if (label.includes('writeStart')) return 'token';
  if (label.includes('write lock')) return 'lock';
  if (label.includes('on the line')) return 'sending';
  if (label.includes('writeErr')) return 'news';
  return label.startsWith('wait for') ? 'others' : 'rest';
}

const head = 8; // of a message of PlainTransport: code and size

/** It brings a Ping or nothing, and takes a message when the task `line` goes on. */
class Line implements NetConn {
  readonly remoteAddr = 'B';
  readonly localAddr = 'A';
  readonly #offered = new Chan<number>('message on the line');
  readonly #taken = new Chan<undefined>('its place on the line');
  readonly #over = new Done('the connection is closed');
  readonly #ended = new Done('nobody needs the line');
  readonly #got: (code: number) => void;
  readonly #incoming: Uint8Array;
  #read = 0;

  constructor(isPinged: boolean, got: (code: number) => void) {
    const ping = Uint8Array.of(0, 0, 0, pingMsg, 0, 0, 0, 1, 0xc0);
    this.#incoming = isPinged ? ping : new Uint8Array();
    this.#got = got;
  }

  async take(): Promise<void> {
    for (;;) {
      const event = await select({
        code: recv(this.#offered),
        over: recv(this.#ended),
      });
      if (event.case === 'over') return;
      if (this.#over.closed) continue;
      this.#got(event.value);
      await select({ taken: send(this.#taken, undefined), over: recv(this.#ended) });
    }
  }

  end(): void {
    this.#ended.close();
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.#over.closed) throw new ConnClosed('write');
    await this.#offered.send(bytes[3] ?? 0);
    const event = await select({ taken: recv(this.#taken), over: recv(this.#over) });
    if (event.case === 'over') throw new ConnClosed('write');
  }

  async readFull(length: number): Promise<Uint8Array> {
    const bytes = this.#incoming.subarray(this.#read, this.#read + length);
    this.#read += length;
    if (bytes.length === length) return Promise.resolve(bytes);
    await this.#over.wait();
    throw new ConnClosed('read');
  }

  close(): Promise<void> {
    this.#over.close();
    return Promise.resolve();
  }

  peek(): Uint8Array {
    return new Uint8Array(head).subarray(head);
  }
  fill(): Promise<void> {
    return Promise.reject(new ConnClosed('read'));
  }
  consume(): void {
    // Nobody looks ahead here.
  }
  setReadDeadline(): void {
    // Time stands still.
  }
  setWriteDeadline(): void {
    // As above.
  }
}
