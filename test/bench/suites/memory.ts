/**
 * What an idle peer holds in the listener, up to thousands of them, and whether a busy
 * one among them costs more than alone. Our dialers serve both: who dials is not measured,
 * and theirs would take twice as long.
 */

import type { Child, Children } from '../children.ts';
import { addedBy } from '../held.ts';
import type { Plan } from '../plan.ts';
import type { Figures } from '../record.ts';
import type { Address, StackName } from '../stack.ts';
import { median, slope, type Point } from '../statistics.ts';
import { flood } from './pair.ts';

const stacks = ['ours', 'devp2p'] as const satisfies readonly StackName[];
/** Not so many that a handshake of 50 ms misses its deadline in the queue. */
const dialsAtOnce = 4;
const tries = 5;
const connectMs = 300_000;
const busySize = 100;
/** From the start: it would grow with the first few hundred handshakes, by 24 MiB. */
const fullYoungGeneration = ['--min-semi-space-size=16'];
/** Each peer sends a Ping in it, and is sent one. */
const pingsMs = 15_000;
const looks = 50;
const lookEveryMs = 100;

interface Crowd {
  readonly listener: Child;
  readonly address: Address;
}

export async function memory(
  children: Children,
  plan: Plan,
  figures: Figures,
): Promise<void> {
  for (const stack of stacks) {
    await lookThrough(children, plan, figures, stack);
    children.endAll();
  }
  for (let round = 0; round < plan.memoryRounds; round++) {
    for (const stack of stacks) {
      const crowd = await gather(children, plan, figures, stack);
      if (stack === 'ours' && round === plan.memoryRounds - 1) {
        await busyOne(children, plan, figures, crowd);
      }
      children.endAll();
    }
  }
}

/** A listener of its own: to look through a heap takes a multiple of it. */
async function lookThrough(
  children: Children,
  { heldPeers }: Plan,
  figures: Figures,
  stack: (typeof stacks)[number],
): Promise<void> {
  const [first, second] = heldPeers;
  const crowd = await open(children, stack, second);
  await grow(children, crowd, stack, 0, first);
  const before = await crowd.listener.call('held', [], connectMs);
  await grow(children, crowd, stack, first, second);
  const after = await crowd.listener.call('held', [], connectMs);
  for (const [kind, bytes] of Object.entries(addedBy(second - first, before, after))) {
    // Of channels devp2p has none, and no ratio is made with nothing.
    if (bytes > 0) figures.add(`memory/held/${kind}`, stack, bytes);
  }
}

async function open(
  children: Children,
  stack: (typeof stacks)[number],
  most: number,
): Promise<Crowd> {
  const listener = await children.startStack(stack, 'listener', fullYoungGeneration);
  const address = await listener.call('listen', [most + 2]);
  await listener.call('touchHeap', []);
  return { listener, address };
}

/** One process for each step: what it dialed before stays connected. */
async function grow(
  children: Children,
  { listener, address }: Crowd,
  stack: (typeof stacks)[number],
  there: number,
  peers: number,
): Promise<void> {
  const dialer = await children.startStack('ours', 'dialer of idle peers');
  await dialer.call('prepare', [address, peers - there]);
  await dialer.call('dial', [dialsAtOnce, tries], connectMs);
  await allUp(listener, stack, peers);
}

async function gather(
  children: Children,
  plan: Plan,
  figures: Figures,
  stack: (typeof stacks)[number],
): Promise<Crowd> {
  const crowd = await open(children, stack, Math.max(...plan.idlePeers));
  const rss: Point[] = [];
  const heap: Point[] = [];
  let there = 0;
  for (const peers of plan.idlePeers) {
    await grow(children, crowd, stack, there, peers);
    there = peers;
    const { rssKiB, heapKiB } = await crowd.listener.call('memory', []);
    figures.add(`memory/peers/${peers}`, stack, rssKiB / 1024);
    rss.push({ x: peers, y: rssKiB });
    heap.push({ x: peers, y: heapKiB });
  }
  figures.add('memory/peer', stack, slope(rss));
  figures.add('memory/peer-heap', stack, slope(heap));
  const [first, last] = [slope(heap.slice(0, 2)), slope(heap.slice(-2))];
  figures.add('memory/flat', stack, last / first);
  return crowd;
}

/** The last dialers have their peer some moments before the listener has. */
async function allUp(listener: Child, stack: StackName, count: number): Promise<void> {
  let up = 0;
  for (let look = 0; look < looks; look++) {
    up = await listener.call('up', []);
    if (up >= count) return;
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
  throw new Error(`${stack}: ${up} of ${count} peers are up`);
}

/** The same messages to one who has a crowd and to one who has not, in turn. */
async function busyOne(
  children: Children,
  plan: Plan,
  figures: Figures,
  among: Crowd,
): Promise<void> {
  const alone = await children.startStack('ours', 'listener without a crowd');
  const sides = [
    { listener: alone, address: await alone.call('listen', [1]), name: 'alone' },
    { ...among, name: 'among' },
  ];
  const dialers: Child[] = [];
  for (const { listener, address } of sides) {
    const dialer = await children.startStack('ours', 'busy peer');
    await dialer.call('prepare', [address, 1]);
    await dialer.call('dial', [1]);
    await flood(dialer, listener, { size: busySize, ms: plan.warmMs });
    dialers.push(dialer);
  }
  // What the idle ones cost by themselves is no cost of a message of the busy one.
  const restUs = await among.listener.call('restCPU', [pingsMs]);
  figures.add('memory/crowd', 'ours', restUs / 1000);
  const costs: Record<string, number[]> = { alone: [], among: [] };
  for (let round = 0; round < plan.rounds; round++) {
    for (const [i, { listener, name }] of sides.entries()) {
      const dialer = dialers[i];
      if (dialer === undefined) throw new TypeError('a side without its dialer');
      const load = { size: busySize, ms: plan.floodMs };
      const { receiverUs, perSecond } = await flood(dialer, listener, load);
      const us = name === 'among' ? receiverUs - restUs / perSecond : receiverUs;
      costs[name]?.push(us);
      figures.add(`memory/busy-${name}`, 'ours', us);
    }
  }
  const ratio = median(costs['among'] ?? []) / median(costs['alone'] ?? []);
  figures.add('memory/busy-ratio', 'ours', ratio);
}
