/** What the token bench knows of a moment, and what a reader may try to bring about. */

export const actors = ['chat', 'eth', 'pingLoop', 'run', 'line', 'server'] as const;
export type Actor = (typeof actors)[number];

/** Where a task stands: what it waits for, or has got if it can go on. */
export type Doing =
  'begin' | 'token' | 'lock' | 'sending' | 'news' | 'others' | 'rest' | 'over';

export interface Stand {
  readonly doing: Doing;
  /** It can go on. Otherwise it waits. */
  readonly ready: boolean;
}

/** Where the token is: in its place, with a protocol, on its way to `run`, or gone. */
export type TokenPlace = 'free' | 'chat' | 'eth' | 'report' | 'gone';

export const words = ['chat 1', 'chat 2', 'eth', 'Pong', 'Disconnect'] as const;
/** A message, by who says it. */
export type Word = (typeof words)[number];

export interface Moment {
  readonly stands: Readonly<Partial<Record<Actor, Stand>>>;
  readonly token: TokenPlace;
  /** `run` has decided to end. */
  readonly closed: boolean;
  /** What B has got. */
  readonly wire: readonly Word[];
  /** Writes of protocols that did not happen, and what they heard. */
  readonly heard: Readonly<Partial<Record<'chat' | 'eth', 'ShuttingDown' | 'failed'>>>;
  /** Whom a reader may let go on, and the moment after that, by its number. */
  readonly next: Readonly<Partial<Record<Actor, number>>>;
}

export const situations = ['well', 'leave'] as const;
export type Situation = (typeof situations)[number];

/** Every moment that can come, the first one first. */
export type Graph = readonly Moment[];

export interface Goal {
  readonly situation: Situation;
  /** It counts from a moment like this on, and as long as `keeps`. */
  readonly from?: (moment: Moment) => boolean;
  readonly keeps?: (moment: Moment) => boolean;
  readonly is: (moment: Moment) => boolean;
}

const waits = (moment: Moment, actor: Actor, doing: Doing): boolean => {
  const stand = moment.stands[actor];
  return stand?.doing === doing && !stand.ready;
};
const writes = ({ stands }: Moment, actor: Actor): boolean =>
  stands[actor]?.doing === 'lock' || stands[actor]?.doing === 'sending';
const last = ({ wire }: Moment): Word | undefined => wire.at(-1);

export const goals = {
  overtakes: {
    situation: 'well',
    from: (moment) =>
      waits(moment, 'eth', 'token') && moment.stands.pingLoop?.doing === 'begin',
    keeps: (moment) => waits(moment, 'eth', 'token'),
    is: ({ wire }) => wire.includes('Pong'),
  },
  nobody: {
    situation: 'well',
    is: (moment) => moment.token === 'report' && waits(moment, 'eth', 'token'),
  },
  twice: {
    situation: 'well',
    from: (moment) =>
      moment.token === 'chat' &&
      !moment.wire.includes('chat 1') &&
      waits(moment, 'eth', 'token'),
    keeps: (moment) => waits(moment, 'eth', 'token'),
    is: ({ wire }) => wire.includes('chat 2'),
  },
  both: {
    situation: 'well',
    is: (moment) => writes(moment, 'chat') && writes(moment, 'eth'),
  },
  farewell: {
    situation: 'leave',
    is: (moment) =>
      last(moment) === 'Disconnect' &&
      (moment.token === 'chat' || moment.token === 'eth'),
  },
  late: {
    situation: 'leave',
    from: ({ closed, wire }) => closed && !wire.includes('chat 1'),
    is: ({ wire }) => wire.includes('chat 1'),
  },
  back: {
    situation: 'leave',
    from: ({ closed, token }) => closed && (token === 'chat' || token === 'eth'),
    is: ({ token }) => token === 'free',
  },
} as const satisfies Readonly<Record<string, Goal>>;

export type GoalName = keyof typeof goals;
export const goalNames = Object.keys(goals) as GoalName[]; // the keys of `goals`

/** Whether a way through the graph has brought it about, at its last moment or before. */
export function isReached(goal: Goal, way: readonly Moment[]): boolean {
  let counts = goal.from === undefined;
  for (const moment of way) {
    if (goal.from?.(moment) === true) counts = true;
    if (counts && goal.is(moment)) return true;
    if (goal.keeps?.(moment) === false) counts = false;
  }
  return false;
}

/** The shortest way there, by who goes on; undefined: there is none. */
export function wayTo(goal: Goal, graph: Graph): Actor[] | undefined {
  const seen = new Set<string>();
  const queue: {
    readonly at: number;
    readonly counts: boolean;
    readonly way: Actor[];
  }[] = [{ at: 0, counts: goal.from === undefined, way: [] }];
  for (let step = queue.shift(); step !== undefined; step = queue.shift()) {
    const moment = graph[step.at];
    if (moment === undefined) continue;
    const counts = step.counts || goal.from?.(moment) === true;
    if (counts && goal.is(moment)) return step.way;
    const goesOn = counts && goal.keeps?.(moment) !== false;
    const goesOnOrFree = goesOn || goal.from === undefined;
    for (const actor of actors) {
      const at = moment.next[actor];
      if (at === undefined || seen.has(`${at} ${goesOnOrFree}`)) continue;
      seen.add(`${at} ${goesOnOrFree}`);
      queue.push({ at, counts: goesOnOrFree, way: [...step.way, actor] });
    }
  }
  return undefined;
}

/** Who can go on, in the order of the list. */
export function choicesIn(moment: Moment): Actor[] {
  return actors.filter((actor) => moment.next[actor] !== undefined);
}

/** A graph as the page gets it: one line for each moment. */
export type Written = readonly string[];
export type TokenData = Readonly<Record<Situation, Written>>;

const doings = [
  ...(['begin', 'token', 'lock', 'sending'] as const),
  ...(['news', 'others', 'rest', 'over'] as const),
] as const satisfies readonly Doing[];
const places = ['free', 'chat', 'eth', 'report', 'gone'] as const;
const fates = ['ShuttingDown', 'failed'] as const;

/** `00 10 … 2 0 13 -- 4 - 5`: two digits for each task, the token, the rest. */
export function written(graph: Graph): Written {
  return graph.map(({ stands, token, closed, wire, heard, next }) =>
    [
      ...actors.map((actor) => {
        const stand = stands[actor];
        if (stand === undefined) return '-';
        return `${doings.indexOf(stand.doing)}${stand.ready ? 1 : 0}`;
      }),
      places.indexOf(token),
      closed ? 1 : 0,
      wire.map((word) => words.indexOf(word)).join('') || '-',
      ...(['chat', 'eth'] as const).map((name) =>
        heard[name] === undefined ? '-' : fates.indexOf(heard[name]),
      ),
      ...actors.map((actor) => next[actor] ?? '-'),
    ].join(' '),
  );
}

export function readGraph(lines: Written): Graph {
  return lines.map((line) => {
    const parts = line.split(' ');
    const stands: Partial<Record<Actor, Stand>> = {};
    const next: Partial<Record<Actor, number>> = {};
    for (const [index, actor] of actors.entries()) {
      const [doing, ready] = parts[index] ?? '-';
      const to = parts[actors.length + 5 + index] ?? '-';
      const found = doings[Number(doing)];
      if (found !== undefined) stands[actor] = { doing: found, ready: ready === '1' };
      if (to !== '-') next[actor] = Number(to);
    }
    const [token, closed, wire = '-', chat, eth] = parts.slice(actors.length);
    const fate = (digit: string | undefined): (typeof fates)[number] | undefined =>
      fates[Number(digit)];
    const [ofChat, ofEth] = [fate(chat), fate(eth)];
    return {
      stands,
      token: places[Number(token)] ?? 'gone',
      closed: closed === '1',
      wire: [...wire].flatMap((digit) => words[Number(digit)] ?? []),
      heard: {
        ...(ofChat !== undefined && { chat: ofChat }),
        ...(ofEth !== undefined && { eth: ofEth }),
      },
      next,
    };
  });
}
