/**
 * What the groups of eth share: strangers who come one after the other, and what a message
 * has cost, which is counted.
 */

import { expect } from 'vitest';
import { sleep } from '../../impl/csp/timer.ts';
import type { EthPeer } from '../../impl/eth/peer.ts';
import type { Scene, SceneCase, StrangerCase } from './harness.ts';
import type { Work } from './bounds.ts';
import { ethCode, type Stranger } from './stranger.ts';

export type { Work } from './bounds.ts';

/** One stranger of several. */
export type Visit = Pick<
  StrangerCase,
  'title' | 'after' | 'act' | 'ends' | 'at' | 'why' | 'check'
>;

/** What eth sees does not depend on the cuts: `frame.test.ts` has all of them each time. */
const usualCuts: Pick<SceneCase, 'cuts'> =
  process.env['PEERWALK_ALL'] === undefined ? { cuts: ['cut at random'] } : {};

/**
 * Strangers who come to the same node one after the other, each as in a `StrangerCase`.
 * It is one case: what the honest peer and the newcomer cost is paid once. `PEERWALK_ALL`
 * has it with the bytes whole and one by one, too.
 */
export function visits(
  id: string,
  title: string,
  each: readonly Visit[],
  more: Pick<SceneCase, 'node' | 'most' | 'cuts'> = {},
): SceneCase {
  return {
    ...{ id, title, ...usualCuts, ...more },
    play: async (scene) => {
      for (const visit of each) {
        try {
          await receive(visit, scene, more.most?.asks);
        } catch (error) {
          const why = error instanceof Error ? error.message : String(error);
          throw new Error(`${visit.title}: ${why}`, { cause: error });
        }
      }
    },
  };
}

async function receive(visit: Visit, scene: Scene, asks = 2_048): Promise<void> {
  const before = scene.cost;
  const stranger = scene.stranger();
  await stranger.goTo(visit.after);
  stranger.began();
  await visit.act(stranger, scene);
  if (visit.ends === 'kept') {
    await stranger.goTo('Status');
    await stranger.asks();
    expect([stranger.reason, stranger.endedAt]).toEqual([undefined, undefined]);
  } else {
    expect(await stranger.isLeft(60_000)).toBe(true);
    const reason = visit.ends === 'closed' ? undefined : visit.ends.disconnect;
    expect(stranger.reason).toBe(reason);
    const { at = 0 } = visit;
    const [from, to] = typeof at === 'number' ? [at, at] : at;
    expect(stranger.stayed).toBeGreaterThanOrEqual(from);
    expect(stranger.stayed).toBeLessThanOrEqual(to);
  }
  const { most } = scene.node.askedOf(stranger.fd.localAddr);
  expect(most).toBeLessThanOrEqual(asks);
  if (visit.why !== undefined) expect(await scene.whyEnded(stranger)).toBe(visit.why);
  await visit.check?.(stranger, scene);
  await stranger.leave();
  await sleep(1); // his place is free
  scene.provesWork(before);
}

/** What the node has computed for `main`, without what it does for the honest peer. */
export async function workOf(
  { meter }: Scene,
  main: () => Promise<void>,
): Promise<Work> {
  const before = meter.work();
  await main();
  return meter.work(before);
}

/** Sends the message, and gives the node the time that it takes to read it. */
export async function sendAndWait(
  stranger: Stranger,
  code: number,
  payload: Uint8Array,
  ms = 1,
): Promise<void> {
  await stranger.send(ethCode(code), payload);
  await sleep(ms);
}

/** The answer of this code to the message: its payload. */
export async function answerTo(
  stranger: Stranger,
  [code, answer]: readonly [code: number, answer: number],
  payload: Uint8Array,
): Promise<Uint8Array> {
  const { heard } = stranger;
  const before = heard.findIndex((msg) => msg.code === ethCode(answer));
  if (before >= 0) heard.splice(before, 1);
  await stranger.send(ethCode(code), payload);
  return (await stranger.hear(ethCode(answer))).payload;
}

/** The stranger as the node's eth sees him. */
export function ethPeerOf({ id }: Stranger, { node }: Scene): EthPeer {
  const peer = node.eth.peers.get(id.slice(0, 16));
  if (peer === undefined) throw new Error('the stranger is no eth peer');
  return peer;
}

/** How often the stranger has heard this code of eth. */
export function timesHeard({ heard }: Stranger, code: number): number {
  return heard.filter((msg) => msg.code === ethCode(code)).length;
}

/** What a fetcher holds that knows of no news. */
export const nothing = { announced: 0, fetching: 0, queued: 0, peers: 0 };

/** It ends him, and nothing is hashed, nothing looked up, no number made of bytes. */
export function refusesNews(
  title: string,
  payload: Uint8Array,
  code: number,
  integers = 0,
): Visit {
  return {
    ...{ title, after: 'Status', ends: { disconnect: 16 }, why: 'EthError decode' },
    act: async (stranger, scene) => {
      const work = await workOf(scene, async () => {
        await stranger.send(ethCode(code), payload);
        expect(await stranger.isLeft(10)).toBe(true);
      });
      expect(work).toMatchObject({ lookups: 0, keccaks: 0, recoveries: 0 });
      if (integers === 0)
        expect(work).toMatchObject({ built: 0, decoded: 0, integers: 0 });
      expect(scene.node.eth.fetcher.counts).toEqual(nothing);
    },
  };
}
