import { describe, expect, it } from 'vitest';
import { Chan } from '../../impl/csp/chan.ts';
import { Done } from '../../impl/csp/done.ts';
import { runtime } from '../../impl/csp/runtime.ts';
import { sleep } from '../../impl/csp/timer.ts';
import { WaitGroup } from '../../impl/csp/wait-group.ts';
import { pipe } from '../../impl/net/pipe.ts';
import {
  DialState,
  dialHistoryExpirationMs,
  maxActiveDialTasks,
  DialNodeTask,
  WaitExpireTask,
  type DialHost,
  type DialTask,
  type PeerOrigin,
} from '../../impl/p2p/dial.ts';
import { DialQueue } from '../../impl/p2p/dial-queue.ts';
import type { Node, NodeID } from '../../impl/p2p/enode.ts';
import { parseCidr } from '../../impl/p2p/ip.ts';
import { everySeed, finished, run } from '../helpers/explore.ts';
import { idOf } from '../helpers/peers.ts';
import { nodeAt } from '../helpers/servers.ts';

const self = idOf('11');
const hex = (i: number): string => i.toString(16).padStart(2, '0');
const node = (i: number): Node => nodeAt(idOf(hex(i)), `10.0.1.${i}`);
const nodes = (from: number, to: number): Node[] =>
  Array.from({ length: to - from + 1 }, (_, i) => node(from + i));

const peersOf = (...ids: number[]): ReadonlyMap<NodeID, PeerOrigin> =>
  new Map(ids.map((i) => [node(i).id, { inbound: false, staticDialed: true }]));

/** What a list of tasks would do. */
const said = (tasks: readonly DialTask[]): (string | number)[] =>
  tasks.map((task) => {
    if (task instanceof WaitExpireTask) return `wait ${task.durationMs}`;
    return task instanceof DialNodeTask ? parseInt(task.dest.id.slice(0, 2), 16) : '?';
  });

/** A dial state and the tasks that it has given and that are not done. */
class Ground {
  readonly state: DialState;
  readonly running: DialTask[] = [];

  constructor(...staticNodes: Node[]) {
    this.state = new DialState({ self, staticNodes });
  }

  tasks(now: number, ...peers: number[]): (string | number)[] {
    const tasks = this.state.newTasks(this.running.length, peersOf(...peers), now);
    this.running.push(...tasks);
    return said(tasks);
  }

  allDone(now: number): void {
    for (const task of this.running.splice(0)) this.state.taskDone(task, now);
  }
}

describe('DialState.newTasks', () => {
  // geth: TestDialStateStaticDial
  it('dials every static node that is no peer, each once', () => {
    const ground = new Ground(...nodes(1, 5));
    expect(ground.tasks(0, 1, 2)).toEqual([3, 4, 5]);
    expect(ground.tasks(0, 1, 2)).toEqual([]);
    expect(ground.tasks(1_000, 1, 2, 3)).toEqual([]);
  });

  it('dials a node again when it is gone and 30 s are over', () => {
    const ground = new Ground(...nodes(1, 3));
    expect(ground.tasks(0)).toEqual([1, 2, 3]);
    ground.allDone(2_000);
    expect(ground.tasks(2_000, 1, 2, 3)).toEqual(['wait 30001']);
    // Gone, and still in the history.
    expect(ground.tasks(31_000, 1, 3)).toEqual([]);
    ground.allDone(32_001);
    expect(ground.tasks(32_001, 1, 3)).toEqual([2]);
  });

  it('dials at once a node that was a peer for longer than 30 s', () => {
    const ground = new Ground(node(1));
    ground.tasks(0);
    ground.allDone(10);
    expect(ground.tasks(100_000)).toEqual([1]);
  });

  it('never dials itself', () => {
    const ground = new Ground({ ...node(1), id: self }, node(2));
    expect(ground.tasks(0)).toEqual([2]);
    ground.allDone(0);
    expect(ground.tasks(31_000)).toEqual([2]);
  });

  // geth: TestDialStateNetRestrict
  it('never dials outside of the ranges that are allowed', () => {
    const ranges = ['10.0.1.2/32', '2001:db8::/32'].map(parseCidr);
    const allowed = ranges.filter((range) => range !== undefined);
    const state = new DialState({
      self,
      staticNodes: [
        ...nodes(1, 3),
        nodeAt(idOf('20'), '2001:db8::1'),
        nodeAt(idOf('21'), '::ffff:10.0.1.2'),
        nodeAt(idOf('22'), 'a-name.example'),
      ],
      netRestrict: allowed,
    });
    expect(said(state.newTasks(0, peersOf(), 0))).toEqual([2, 0x20, 0x21]);
  });

  it('drops for good what it may not dial', () => {
    const netRestrict = [parseCidr('10.0.1.0/24')].filter((one) => one !== undefined);
    const elsewhere = { ...node(2), host: '10.9.9.9' };
    const dial = new DialNodeTask(node(2), 'dynamic');
    const options = { self, netRestrict, maxDynDials: 1 };
    // A bootnode is one as long as it is in that list, and in the other one it is not.
    const lists = { staticNodes: [elsewhere], bootnodes: [node(2)] };
    const both = new DialState({ ...options, ...lists });
    expect(both.keeps(dial)).toBe(false);
    expect(said(both.newTasks(0, peersOf(), 0))).toEqual([2]);
    expect(both.keeps(dial)).toBe(true);
    const one = new DialState({ ...options, bootnodes: [elsewhere] });
    expect(one.keeps(dial)).toBe(true);
    expect(said(one.newTasks(0, peersOf(), 0))).toEqual([]);
    expect(one.keeps(dial)).toBe(false);
  });

  // geth: TestDialStateCache
  it('gives a task that waits for the oldest entry when nothing else will wake the loop', () => {
    const ground = new Ground(...nodes(1, 3));
    ground.tasks(0);
    const [one, two, three] = ground.running.splice(0);
    if (!one || !two || !three) throw new Error('three tasks were given');
    ground.state.taskDone(one, 1_000);
    ground.running.push(two, three);
    expect(ground.tasks(1_000)).toEqual([]); // two others still run
    ground.running.splice(0);
    ground.state.taskDone(two, 5_000);
    ground.state.taskDone(three, 6_000);
    expect(ground.tasks(6_000)).toEqual(['wait 25001']);
    ground.running.splice(0);
    // Each is dialed when its own 30 s are over, not before.
    expect(ground.tasks(31_000)).toEqual(['wait 1']);
    ground.running.splice(0);
    expect(ground.tasks(31_001)).toEqual([1]);
    ground.running.splice(0);
    expect(ground.tasks(35_001)).toEqual([2]);
  });

  it('gives no waiting task without a history', () => {
    const ground = new Ground(node(1));
    expect(ground.tasks(0, 1)).toEqual([]);
    expect(new Ground().tasks(0)).toEqual([]);
  });

  it('orders the history by when the last attempts ended', () => {
    const ground = new Ground(...nodes(1, 2));
    ground.tasks(0);
    const [one, two] = ground.running.splice(0);
    if (!one || !two) throw new Error('two tasks were given');
    ground.state.taskDone(one, 1_000);
    ground.state.taskDone(two, 2_000);
    ground.state.taskDone(one, 3_000); // dialed once more
    expect(ground.tasks(3_000)).toEqual([
      `wait ${2_000 + dialHistoryExpirationMs - 3_000 + 1}`,
    ]);
  });
});

describe('DialState.newTasks, of bootnodes', () => {
  const dynamic = { inbound: false, staticDialed: false };
  const inbound = { inbound: true, staticDialed: false };
  const origins = (kinds: Record<number, PeerOrigin>): Map<NodeID, PeerOrigin> =>
    new Map(Object.entries(kinds).map(([i, kind]) => [node(Number(i)).id, kind]));

  // geth: TestDialStateDynDial, with a list in place of discovery
  it('dials as many as there is room for, those of static nodes not counted', () => {
    const state = new DialState({
      self,
      staticNodes: nodes(1, 2),
      bootnodes: nodes(3, 8),
      maxDynDials: 3,
    });
    const none = origins({});
    expect(said(state.newTasks(0, none, 0))).toEqual([1, 2, 3, 4, 5]);
    expect(said(state.newTasks(5, none, 0))).toEqual([]); // three are under way
  });

  it('counts the peers that were dialed so, and no others', () => {
    const state = new DialState({ self, bootnodes: nodes(3, 9), maxDynDials: 3 });
    const peers = origins({
      1: inbound,
      2: { inbound: false, staticDialed: true },
      3: dynamic,
      4: dynamic,
    });
    const tasks = state.newTasks(0, peers, 0);
    expect(said(tasks)).toEqual([5]);
    expect(tasks).toMatchObject([{ kind: 'dynamic' }]);
    // The fourth is gone, and was not dialed from here yet.
    expect(said(state.newTasks(1, origins({ 3: dynamic }), 0))).toEqual([4]);
  });

  // geth: TestDialStateDynDialBootnode
  it('takes them in turn, none within 30 s of its last dial', () => {
    const state = new DialState({ self, bootnodes: nodes(3, 5), maxDynDials: 1 });
    const turns: unknown[] = [];
    for (let now = 0; now <= 40_000; now += 10_000) {
      const tasks = state.newTasks(0, origins({}), now);
      turns.push(...said(tasks));
      for (const task of tasks) state.taskDone(task, now);
    }
    // At 30 s the first is in the history for one moment more.
    expect(turns).toEqual([3, 4, 5, 'wait 1', 3]);
  });

  it('goes on with the next when all may be dialed again, not with the first', () => {
    const state = new DialState({ self, bootnodes: nodes(3, 5), maxDynDials: 1 });
    const turns: unknown[] = [];
    for (let now = 0; now < 500_000; now += 100_000) {
      const tasks = state.newTasks(0, origins({}), now);
      turns.push(...said(tasks));
      for (const task of tasks) state.taskDone(task, now);
    }
    expect(turns).toEqual([3, 4, 5, 3, 4]);
  });

  it('dials none without a place, nor itself, nor outside of netRestrict', () => {
    const full = new DialState({ self, bootnodes: nodes(3, 5) });
    expect(said(full.newTasks(0, origins({}), 0))).toEqual([]);
    const range = parseCidr('10.0.1.4/32');
    const state = new DialState({
      self,
      bootnodes: [{ ...node(3), id: self }, ...nodes(3, 5)],
      maxDynDials: 3,
      netRestrict: range && [range],
    });
    expect(said(state.newTasks(0, origins({}), 0))).toEqual([4]);
  });

  it('dials a node of both lists as a static one, also if it is made static later', () => {
    const state = new DialState({
      self,
      staticNodes: [node(3)],
      bootnodes: nodes(3, 4),
      maxDynDials: 2,
    });
    const tasks = state.newTasks(0, origins({}), 0);
    expect(tasks).toMatchObject([
      { dest: node(3), kind: 'static' },
      { dest: node(4), kind: 'dynamic' },
    ]);
    const [, waiting] = tasks;
    if (waiting === undefined) throw new Error('two tasks were given');
    expect(state.keeps(waiting)).toBe(true);
    state.addStatic(node(4));
    expect(state.keeps(waiting)).toBe(false);
    expect(state.newTasks(1, origins({}), 0)).toMatchObject([
      { dest: node(4), kind: 'static' },
    ]);
  });

  it('dials one that was removed no more', () => {
    const state = new DialState({ self, bootnodes: nodes(3, 4), maxDynDials: 2 });
    const [three] = state.newTasks(0, origins({}), 0);
    state.removeStatic(node(3));
    if (three === undefined) throw new Error('two tasks were given');
    expect(state.keeps(three)).toBe(false);
    expect(said(state.newTasks(1, origins({}), 100_000))).toEqual([]);
  });
});

describe('DialState.addStatic', () => {
  it('has the node dialed, at its newest address', () => {
    const ground = new Ground();
    ground.state.addStatic(node(7));
    ground.state.addStatic({ ...node(7), host: '10.9.9.9' });
    const [task, ...others] = ground.state.newTasks(0, new Map(), 0);
    expect(others).toEqual([]);
    expect(task).toMatchObject({ dest: { host: '10.9.9.9' } });
  });

  it('does not dial anew a node that is being dialed', () => {
    const ground = new Ground(node(7));
    ground.tasks(0);
    ground.state.addStatic(node(7));
    expect(ground.tasks(0)).toEqual([]);
  });
});

describe('DialState.removeStatic', () => {
  it('forgets the node: it is never dialed again', () => {
    const ground = new Ground(node(1), node(2));
    ground.tasks(0);
    ground.allDone(0);
    ground.state.removeStatic(node(1));
    expect(ground.tasks(100_000)).toEqual([2]);
  });

  // geth: TestDialStaticAfterReset
  it('forgets its history too: added again, it is dialed at once', () => {
    const ground = new Ground(node(1), node(2));
    expect(ground.tasks(0)).toEqual([1, 2]);
    ground.allDone(0);
    for (const i of [1, 2]) ground.state.removeStatic(node(i));
    for (const i of [1, 2]) ground.state.addStatic(node(i));
    expect(ground.tasks(1)).toEqual([1, 2]);
  });
});

describe('WaitExpireTask.run', () => {
  it('ends after its time, or when the server stops', () =>
    run(async () => {
      const quit = new Done('quit');
      await new WaitExpireTask(25).run({ quit } as DialHost); // asks for nothing else
      expect(runtime().now()).toBe(25);
      quit.close();
      await new WaitExpireTask(25).run({ quit } as DialHost);
      expect(runtime().now()).toBe(25);
    }));
});

/** A host whose dials take a while, and some of which fail. */
class SlowHost implements DialHost {
  readonly quit = new Done('quit');
  readonly failed: string[] = [];
  readonly ran: string[] = [];
  atOnce = 0;
  most = 0;
  readonly #ms: (node: Node) => number;
  readonly #fails: (node: Node) => boolean;

  constructor(
    ms: (node: Node) => number,
    fails: (node: Node) => boolean = () => false,
  ) {
    this.#ms = ms;
    this.#fails = fails;
  }

  async dial(to: Node): ReturnType<DialHost['dial']> {
    this.ran.push(to.host);
    this.most = Math.max(this.most, ++this.atOnce);
    await sleep(this.#ms(to));
    this.atOnce--;
    if (this.#fails(to)) throw new Error(`no way to ${to.host}`);
    return pipe()[0];
  }

  async setupDialed(): Promise<void> {
    await sleep(1);
  }

  dialFailed(to: Node): void {
    this.failed.push(to.host);
  }
}

interface Scheduled {
  readonly host: SlowHost;
  readonly order: string[];
}

/** Runs a queue until no task is left, as the run loop does. */
async function drain(count: number, ms: (node: Node) => number): Promise<Scheduled> {
  const host = new SlowHost(ms, ({ host: name }) => name.endsWith('3'));
  const taskdone = new Chan<DialTask>('taskdone', maxActiveDialTasks);
  const wg = new WaitGroup();
  const queue = new DialQueue(
    host,
    new DialState({ self, staticNodes: nodes(0x20, 0x20 + count - 1) }),
    taskdone,
    wg,
  );
  const order: string[] = [];
  for (let left = count; left > 0; left--) {
    queue.schedule(new Map());
    const task = await taskdone.recv();
    order.push(task.name);
    queue.done(task);
  }
  await wg.wait();
  return { host, order };
}

describe('DialQueue.schedule', () => {
  // geth: TestServerTaskScheduling
  it('runs the tasks and hears of each end, in the order of the ends', () =>
    run(async () => {
      const { host, order } = await drain(
        5,
        ({ host: name }) => 1_000 - 10 * Number(name.split('.')[3]),
      );
      expect(host.ran.length).toBe(5);
      expect(order).toEqual(
        [0x24, 0x23, 0x22, 0x21, 0x20].map((i) => `dial ${hex(i).repeat(4)}`),
      );
    }));

  // geth: TestServerManyTasks
  it('runs 100 tasks, none twice, never more than 16 at once', async () => {
    await everySeed(
      20,
      () => drain(100, ({ host: name }) => Number(name.split('.')[3]) % 7),
      (simulation) => {
        const { host, order } = finished(simulation);
        expect(host.most).toBe(16);
        expect(host.ran.toSorted()).toEqual(
          nodes(0x20, 0x83)
            .map(({ host: name }) => name)
            .sort(),
        );
        expect(new Set(order).size).toBe(100);
        // A failed dial is a task that is done; it is reported besides.
        expect(host.failed.length).toBe(
          nodes(0x20, 0x83).filter((n) => n.host.endsWith('3')).length,
        );
      },
    );
  });
});

describe('DialState.keeps', () => {
  // I-4; geth dials a removed node if its task was in the queue
  it('has a queued dial forgotten when its node is removed or gets another address', () =>
    run(async () => {
      const host = new SlowHost(() => 10);
      const state = new DialState({ self, staticNodes: nodes(0x20, 0x33) });
      const taskdone = new Chan<DialTask>('taskdone', maxActiveDialTasks);
      const wg = new WaitGroup();
      const queue = new DialQueue(host, state, taskdone, wg);
      queue.schedule(new Map()); // 16 run, the four last ones wait
      state.removeStatic(node(0x31));
      state.addStatic({ ...node(0x32), host: 'elsewhere' });
      state.removeStatic(node(0x33));
      state.addStatic(node(0x33));
      for (let left = 19; left > 0; left--) {
        queue.done(await taskdone.recv());
        queue.schedule(new Map());
      }
      await wg.wait();
      const later = host.ran.filter(
        (name) => !nodes(0x20, 0x2f).some((n) => n.host === name),
      );
      expect(later.toSorted()).toEqual(
        [node(0x30).host, node(0x33).host, 'elsewhere'].sort(),
      );
      expect(wg.names).toEqual([]);
    }));

  it('never forgets a task that only waits', () => {
    expect(new DialState({ self }).keeps(new WaitExpireTask(1))).toBe(true);
  });
});

describe('DialNodeTask.run', () => {
  it('reports a dial or a set-up that fails, and does not throw', () =>
    run(async () => {
      const host = new SlowHost(
        () => 1,
        ({ host: name }) => name.endsWith('3'),
      );
      await new DialNodeTask(node(3), 'static').run(host);
      await new DialNodeTask(node(4), 'static').run(host);
      host.setupDialed = () => Promise.reject(new Error('refused'));
      await new DialNodeTask(node(5), 'static').run(host);
      expect(host.failed).toEqual(['10.0.1.3', '10.0.1.5']);
    }));
});
