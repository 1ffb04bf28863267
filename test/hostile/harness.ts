/**
 * The battery: each case is something that a stranger sends or does, and what has to
 * come of it. The node is the real one on the virtual clock; an honest peer is connected
 * before, asks all the time, and is answered within a second; afterwards the node holds
 * what it held before, and whoever comes then still becomes a peer.
 *
 * A case runs with its bytes whole, cut at random, and, with PEERWALK_ALL or a seed, one
 * by one.
 */

import { describe, expect, it } from 'vitest';
import { tcpNetwork } from '../../impl/node/network.ts';
import type { DiscReason } from '../../impl/p2p/peer-error.ts';
import { simulate } from '../../impl/sim/simulate.ts';
import { testKey } from '../helpers/blocks.ts';
import { finished } from '../helpers/explore.ts';
import { type Kind, loose } from './bounds.ts';
import { Meter } from './meter.ts';
import { type Played, Scene, TcpScene } from './scene.ts';
import { bytewiseLimit, type Cut, cuts } from './conns.ts';
import { type NodeOptions } from './node.ts';
import { type Stage, Stranger } from './stranger.ts';

export type { Scene } from './scene.ts';

const { PEERWALK_SEED: givenSeed, PEERWALK_ALL: all } = process.env;

/** Cuts, and the order of tasks, come from it. */
const seeds: readonly string[] =
  givenSeed !== undefined ? [givenSeed] : all === undefined ? ['1'] : ['1', '2', '3'];

/** Byte by byte takes longest, and is for `.ci/run` and whoever asks. */
const isBytewise = givenSeed !== undefined || all !== undefined;

/** What becomes of a stranger. */
export type End =
  | 'closed' // without a word
  | { readonly disconnect: DiscReason }
  | 'kept'; // he is answered afterwards, as an honest node is

/** Bounds on what he costs. */
export interface Most {
  /** Bytes that the node waits for at once: what it would hold if they came. Default 2 KiB. */
  readonly asks?: number;
  /** Bytes of the read budget that are taken at once. Default 0. */
  readonly holds?: number;
  /** Bytes of the longest payload that is decompressed. Default 2 KiB. */
  readonly expands?: number;
  /** Which of `bounds.ts` its work is held to, if not its group's. */
  readonly work?: Kind;
}

interface Common {
  /** As in the list of attacks: `H-31`. */
  readonly id: string;
  /** What is sent. */
  readonly title: string;
  readonly node?: Partial<NodeOptions>;
  readonly most?: Most;
}

/** One stranger, and his end. */
export interface StrangerCase extends Common {
  /** How far he goes first, as an honest node does. */
  readonly after: Stage;
  /** His, if not one of his own. */
  readonly key?: Uint8Array;
  readonly act: (stranger: Stranger, scene: Scene) => Promise<void>;
  readonly ends: End;
  /** Milliseconds from the start of `act` to the end: exactly, or from and to. Default 0. */
  readonly at?: number | readonly [number, number];
  /** Once more over TCP, in real time. Only for what ends at once, or is kept. */
  readonly tcp?: boolean;
  /** The error behind it, `HandshakeError bad-size`; default: not looked at. */
  readonly why?: string;
  /** More that has to be so, when it is over. */
  readonly check?: (stranger: Stranger, scene: Scene) => void | Promise<void>;
}

/** Several strangers, or none: it says for itself what has to come. */
export interface SceneCase extends Common {
  readonly play: (scene: Scene) => Promise<void>;
  /** `whole` alone, where no bytes of a stranger matter. Default: all cuts. */
  readonly cuts?: readonly Cut[];
}

export type Case = StrangerCase | SceneCase;

/** This case once more over TCP. */
export const alsoOverTCP = (each: StrangerCase): StrangerCase => ({
  ...each,
  tcp: true,
});

/** This case, held to other bounds of work than its group. */
export const costing = <T extends Case>(work: Kind, each: T): T => ({
  ...each,
  most: { ...each.most, work },
});

/**
 * Declares the tests of a group.
 *
 * @param kind what a case of it may cost, if it does not name another one
 */
export function battery(group: string, kind: Kind, cases: readonly Case[]): void {
  describe(group, () => {
    for (const each of cases) {
      const name = `${each.id}: ${each.title}`;
      const own = each.most?.work ?? kind;
      it(name, () => attack(each, own, attackOnce));
      if ('tcp' in each && each.tcp)
        it(`${name} (over TCP)`, () => attack(each, own, attackOverTCP));
    }
    it('bounds of work are no looser than these cases need', () => {
      const kinds = cases.map(({ most }) => most?.work ?? kind);
      expect([...new Set(kinds)].flatMap(loose)).toEqual([]);
    });
  });
}

/** Runs a case once, and says how many bytes its strangers wrote. */
type Once = (each: Case, played: Played) => Promise<number>;

async function attack(each: Case, kind: Kind, once: Once): Promise<void> {
  for (const seed of seeds) await attackWith({ seed, kind }, each, once);
}

async function attackWith(
  { seed, kind }: Pick<Played, 'seed' | 'kind'>,
  each: Case,
  once: Once,
): Promise<void> {
  const wanted = 'play' in each ? (each.cuts ?? cuts) : cuts;
  let written = 0;
  for (const cut of wanted) {
    if (cut === 'one byte at a time' && (!isBytewise || written > bytewiseLimit)) {
      break;
    }
    const meter = new Meter();
    meter.begin();
    try {
      written = await once(each, { cut, seed, meter, kind });
      expect(meter.longest).toBeLessThanOrEqual(each.most?.expands ?? 2_048);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      const name = `${each.id}, ${cut}, PEERWALK_SEED=${seed}`;
      throw new Error(`${name}: ${why}`, { cause: error });
    } finally {
      meter.end();
    }
  }
}

const attackOnce: Once = async (each, played) => {
  const run = await simulate({ seed: played.seed, maxSteps: 1_000_000 }, () =>
    play(each, new Scene(each.node ?? {}, played)),
  );
  return finished(run); // no task is left, and none has failed
};

const attackOverTCP: Once = async (each, played) => {
  const scene = new TcpScene(each.node ?? {}, played, tcpNetwork);
  try {
    return await play(each, scene);
  } finally {
    await scene.node.stop();
  }
};

async function play(each: Case, scene: Scene): Promise<number> {
  const { node, meter } = scene;
  await meter.startsNode(() => node.start());
  const honest = await scene.honest(testKey(1), '10.0.0.2');
  const before = await scene.holdings(honest);
  const cost = scene.cost;

  const askedBefore = honest.answers;
  honest.askNow();
  if ('play' in each) await each.play(scene);
  else await meet(each, scene);
  for (const stranger of scene.strangers) await stranger.leave();
  await scene.wg.wait();

  await scene.settlesTo(before, honest);
  scene.provesWork(cost);
  await honest.isAnswered();
  expect(honest.lost).toBeUndefined();
  expect(honest.answers).toBeGreaterThan(askedBefore + 1);
  if (scene.isTimed) expect(honest.slowest).toBeLessThanOrEqual(1_000);
  if (scene.cut === 'whole') {
    // Places and slots are back: whoever comes is a peer, and is answered.
    const newcomer = await scene.honest(testKey(2), '10.0.0.3');
    await newcomer.leave();
  }
  await honest.leave();
  await node.stop();
  return scene.strangers.reduce((sum, { fd }) => sum + fd.written, 0);
}

async function meet(each: StrangerCase, scene: Scene): Promise<void> {
  const stranger = await scene.comes(each.key);
  await stranger.goTo(each.after);
  stranger.began();
  await each.act(stranger, scene);
  if (each.ends === 'kept') await provesKept(stranger);
  else await provesEnded(each, stranger);
  if (scene.isTimed && each.ends !== 'kept') provesTime(each, stranger);
  const { node } = scene;
  const { asks = 2_048, holds = 0 } = each.most ?? {};
  expect(node.askedOf(stranger.fd.localAddr).most).toBeLessThanOrEqual(asks);
  const held = node.readBudget.total - node.readBudget.lowest;
  expect(held).toBeLessThanOrEqual(holds);
  if (each.why !== undefined) expect(await scene.whyEnded(stranger)).toBe(each.why);
  await each.check?.(stranger, scene);
}

async function provesEnded({ ends }: StrangerCase, stranger: Stranger): Promise<void> {
  expect(await stranger.isLeft(60_000)).toBe(true);
  expect(stranger.reason).toBe(typeof ends === 'string' ? undefined : ends.disconnect);
  expect(stranger.plainBytes).toBe(0); // without keys nothing is said
}

function provesTime({ at = 0 }: StrangerCase, { stayed }: Stranger): void {
  const [from, to] = typeof at === 'number' ? [at, at] : at;
  expect(stayed).toBeGreaterThanOrEqual(from);
  expect(stayed).toBeLessThanOrEqual(to);
}

/** What is left of the handshakes goes through, and a question is answered. */
async function provesKept(stranger: Stranger): Promise<void> {
  await stranger.goTo('Status');
  await stranger.asks();
  expect(stranger.reason).toBeUndefined();
  expect(stranger.endedAt).toBeUndefined();
}
