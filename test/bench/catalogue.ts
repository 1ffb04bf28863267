/** What is measured: a name, a unit, which way is better, and the goal that was set. */

import { heldKinds } from './held.ts';
import { median, ratio } from './statistics.ts';

export const columns = ['ours', 'transport', 'devp2p', 'raw', 'parts'] as const;
/** Whose figure: a stack, or `parts`: the codec without anything around it. */
export type Column = (typeof columns)[number];

export const suiteNames = [
  'handshakes',
  'messages',
  'codec',
  'delay',
  'memory',
  'sync',
] as const;
export type SuiteName = (typeof suiteNames)[number];

/** The values of all rounds, in their order. */
export type Values = Readonly<Partial<Record<Column, readonly number[]>>>;

const everywhere = {
  rlp: 'RLP',
  csp: 'tasks and channels',
  sockets: 'sockets, with Node and the kernel',
  memory: 'garbage collection',
  other: 'the rest, with V8 and the bench',
} as const;

/** Where the CPU goes, of each work that is looked at. */
export const parts = {
  handshake: {
    curve: 'the curve',
    crypto: 'hashes and AES',
    peer: 'p2p: handshake, server, peer',
    ...everywhere,
  },
  message: {
    mac: 'Keccak, for the MAC',
    aes: 'AES',
    snappy: 'Snappy',
    peer: 'p2p: frames, peer, protocol',
    ...everywhere,
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, string>>>>;
/** What is profiled. */
export type Profiled = keyof typeof parts;

export interface Goal {
  readonly text: string;
  /** Undefined: what it compares with was not measured. */
  isMet(values: Values): boolean | undefined;
}

export interface Entry {
  readonly id: string;
  readonly suite: SuiteName;
  readonly label: string;
  readonly unit: string;
  readonly better: 'more' | 'less';
  readonly goal?: Goal;
}

/** So many times devp2p's. An aim is told beside it and not judged: it is no ratio. */
function times(factor: number, aim?: number): Goal {
  const aimText = aim === undefined ? '' : `; aim ${aim.toLocaleString('en')}`;
  return {
    text: `≥ ${factor} × devp2p${aimText}`,
    isMet({ ours, devp2p }) {
      if (ours === undefined || devp2p === undefined) return undefined;
      return ratio(ours, devp2p) >= factor;
    },
  };
}

/** Both have to be met. */
function both(a: Goal, b: Goal): Goal {
  return {
    text: `${a.text}, ${b.text}`,
    isMet(values) {
      const [first, second] = [a.isMet(values), b.isMet(values)];
      if (first === false || second === false) return false;
      return first === undefined || second === undefined ? undefined : true;
    },
  };
}

function bound(sign: '≥' | '≤', value: number, unit: string): Goal {
  return {
    text: `${sign} ${value.toLocaleString('en')} ${unit}`,
    isMet({ ours }) {
      if (ours === undefined) return undefined;
      return sign === '≥' ? median(ours) >= value : median(ours) <= value;
    },
  };
}

const notMoreThanTheirs: Goal = {
  text: '≤ devp2p',
  isMet({ ours, devp2p }) {
    if (ours === undefined || devp2p === undefined) return undefined;
    return ratio(ours, devp2p) <= 1;
  },
};

export function sizeName(bytes: number): string {
  if (bytes >= 2 ** 20) return `${bytes / 2 ** 20} MiB`;
  return bytes >= 1024 ? `${bytes / 1024} KiB` : `${bytes} B`;
}

const oneWayGoals: Readonly<Record<number, Goal>> = {
  100: times(8, 33_000),
  1024: times(8, 25_000),
  65_536: times(20, 90),
  1_048_576: times(22, 110),
};

/** Sizes from here on are told in MiB/s, the smaller ones in messages a second. */
const bulk = 65_536;

export function oneWayUnit(size: number): string {
  return size >= bulk ? 'MiB/s' : '/s';
}

function oneWay(size: number): Entry[] {
  const name = sizeName(size);
  const goal = oneWayGoals[size];
  const cpu = (id: string, what: string, suite: SuiteName = 'messages'): Entry => ({
    id: `${id}/${size}`,
    suite,
    label: `CPU of a message of ${name}, ${what}`,
    unit: 'µs',
    better: 'less',
  });
  return [
    {
      id: `one-way/${size}`,
      suite: 'messages',
      label: `one way, ${name}`,
      unit: oneWayUnit(size),
      better: 'more',
      ...(goal && { goal }),
    },
    cpu('one-way-cpu/sender', 'sender'),
    cpu('one-way-cpu/receiver', 'receiver'),
    cpu('codec/seal', 'sealed in memory', 'codec'),
    cpu('codec/open', 'opened in memory', 'codec'),
  ];
}

function handshakeCPU(mode: string, text: string, goal?: Goal): Entry[] {
  return (['dialer', 'listener'] as const).map((side) => ({
    id: `handshake-cpu/${side}/${mode}`,
    suite: 'handshakes',
    label: `CPU of a handshake, ${side}, ${text}`,
    unit: 'ms',
    better: 'less',
    ...(goal && { goal }),
  }));
}

function handshakes(atOnce: number): Entry[] {
  const mode = atOnce === 1 ? 'one at a time' : `${atOnce} at once`;
  const cpuGoal = atOnce === 1 ? bound('≤', 1.5, 'ms') : undefined;
  return [
    {
      id: `handshakes/${atOnce}`,
      suite: 'handshakes',
      label: `handshakes with Hello, ${mode}`,
      unit: '/s',
      better: 'more',
      ...(atOnce === 50 && { goal: both(times(20), bound('≥', 500, '/s')) }),
    },
    ...handshakeCPU(`${atOnce}`, mode, cpuGoal),
  ];
}

function shares(work: Profiled, suite: SuiteName, whose: string): Entry[] {
  return Object.entries(parts[work]).map(([part, text]) => ({
    id: `${work}-share/${part}`,
    suite,
    label: `of ${whose} CPU on both sides, ${text}`,
    unit: '%',
    better: 'less',
  }));
}

function roundTrips(): Entry[] {
  const entry = (part: number, goal?: Goal): Entry => ({
    id: `round-trip/p${part}`,
    suite: 'messages',
    label: `round trip of 100 B, p${part}`,
    unit: 'µs',
    better: 'less',
    ...(goal && { goal }),
  });
  return [entry(50, bound('≤', 150, 'µs')), entry(99)];
}

function delays(size: number): Entry[] {
  return (['sender', 'receiver'] as const).map((side) => ({
    id: `loop-delay/${side}/${size}`,
    suite: 'delay',
    label: `event-loop delay p99, ${side}, ${sizeName(size)} flowing`,
    unit: 'ms',
    better: 'less',
    goal: bound('≤', 20, 'ms'),
  }));
}

function memory(idlePeers: readonly number[]): Entry[] {
  const entry = (id: string, label: string, unit: string, goal?: Goal): Entry => ({
    id,
    suite: 'memory',
    label,
    unit,
    better: 'less',
    ...(goal && { goal }),
  });
  return [
    ...idlePeers.map((peers) => {
      const count = peers.toLocaleString('en');
      return entry(`memory/peers/${peers}`, `resident, ${count} idle peers`, 'MiB');
    }),
    entry('memory/peer', 'resident memory of an idle peer', 'KiB', notMoreThanTheirs),
    entry('memory/peer-heap', 'of it, heap and external', 'KiB'),
    ...Object.entries(heldKinds).map(([kind, what]) =>
      entry(`memory/held/${kind}`, `of a peer's heap, ${what}`, 'B'),
    ),
    entry(
      'memory/flat',
      'heap of a peer, the last ones to the first ones',
      '×',
      bound('≤', 1.15, '×'),
    ),
    entry('memory/busy-alone', 'CPU of a 100 B message, receiver, one peer', 'µs'),
    entry(
      'memory/busy-among',
      'the same among all the idle peers, less what they cost',
      'µs',
    ),
    entry('memory/busy-ratio', 'among the idle to alone', '×', bound('≤', 1.2, '×')),
    entry('memory/crowd', 'CPU of all the idle peers, with their Pings', 'ms/s'),
  ];
}

function sync(blocks: number): Entry[] {
  const goal = blocks >= 20_000 ? bound('≥', 2_000, '/s') : undefined;
  return [
    {
      id: `sync/${blocks}`,
      suite: 'sync',
      label: `sync of ${blocks.toLocaleString('en')} empty blocks`,
      unit: 'blocks/s',
      better: 'more',
      ...(goal && { goal }),
    },
    {
      id: `sync-cpu/${blocks}`,
      suite: 'sync',
      label: `CPU of a block, who fetches ${blocks.toLocaleString('en')}`,
      unit: 'µs',
      better: 'less',
    },
  ];
}

const linear: Goal = {
  text: '≥ 0.8: linear',
  isMet: ({ ours }) => (ours === undefined ? undefined : median(ours) >= 0.8),
};

/** Rows of a run, in the order of the table. Ids that are not in here have no row. */
export function catalogue(plan: {
  readonly sizes: readonly number[];
  readonly atOnce: number;
  readonly idlePeers: readonly number[];
  readonly chains: readonly number[];
  readonly fullBlocks: number;
  readonly largeFrame: number;
}): readonly Entry[] {
  const full = plan.fullBlocks.toLocaleString('en');
  const largest = plan.sizes.at(-1) ?? 0;
  return [
    ...handshakes(1),
    ...handshakes(plan.atOnce),
    ...handshakeCPU('first', 'of a process that has just begun'),
    ...shares('handshake', 'handshakes', "a handshake's"),
    ...roundTrips(),
    ...plan.sizes.flatMap(oneWay),
    ...shares('message', 'messages', `a message of ${sizeName(largest)}'s`),
    ...delays(100),
    ...delays(1_048_576),
    ...delays(plan.largeFrame),
    ...memory(plan.idlePeers),
    ...plan.chains.flatMap(sync),
    {
      id: 'sync/linear',
      suite: 'sync',
      label: 'blocks/s, the longest chain to the shortest',
      unit: '×',
      better: 'more',
      goal: linear,
    },
    {
      id: 'sync/full-blocks',
      suite: 'sync',
      label: `sync of ${full} blocks with 4 transactions each`,
      unit: 'blocks/s',
      better: 'more',
    },
  ];
}
