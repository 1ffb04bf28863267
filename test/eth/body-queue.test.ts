import { beforeAll, describe, expect, it } from 'vitest';
import { initCrypto } from '#crypto';
import type { Block } from '../../impl/core/block.ts';
import {
  BodyQueue,
  maxQueuedBytes,
  maxQueuedHeaders,
} from '../../impl/eth/body-queue.ts';
import { Pace, requestTimeoutMs } from '../../impl/eth/pace.ts';
import { childrenOf, signedTx, testGenesis } from '../helpers/blocks.ts';

beforeAll(initCrypto);

const full = (length: number): Block[] =>
  childrenOf(testGenesis().block, length, { txs: [signedTx()] });

function queueOf(blocks: readonly Block[]): BodyQueue {
  const queue = new BodyQueue();
  queue.add(blocks.map(({ header }) => header));
  return queue;
}

describe('BodyQueue', () => {
  it('lets blocks leave in their order, whatever order bodies come in', () => {
    const blocks = full(4);
    const queue = queueOf(blocks);
    expect(queue.take(9)).toEqual(blocks.map(({ header }) => header));
    for (const i of [3, 1, 0] as const) {
      const block = blocks[i] as Block;
      queue.complete(block.header, block.body, 10);
    }
    expect(queue.ready(9)).toEqual(blocks.slice(0, 2));
    expect(queue.ready(1)).toEqual(blocks.slice(0, 1));
    queue.drop(blocks.slice(0, 2));
    expect(queue.ready(9)).toEqual([]);
    expect(queue.isEmpty).toBe(false);
  });

  it('asks nobody for a body that is empty, or that somebody is asked for', () => {
    const empty = childrenOf(testGenesis().block, 3);
    const queue = queueOf(empty);
    expect([queue.hasWork, queue.take(9), queue.ready(9)]).toEqual([false, [], empty]);
    const blocks = full(3);
    const other = queueOf(blocks);
    const [first, ...rest] = blocks.map(({ header }) => header);
    expect(other.take(1)).toEqual([first]);
    expect(other.take(9)).toEqual(rest);
    expect([other.hasWork, other.take(9)]).toEqual([false, []]);
    other.giveBack(rest);
    expect(other.take(9)).toEqual(rest);
  });

  it('with 64 MiB of bodies hands out only what all the others wait for', () => {
    const blocks = full(4);
    const headers = blocks.map(({ header }) => header);
    const queue = queueOf(blocks);
    queue.take(2);
    const second = blocks[1] as Block;
    queue.complete(second.header, second.body, maxQueuedBytes);
    expect(queue.take(9)).toEqual([]);
    queue.giveBack(headers.slice(0, 1));
    expect(queue.take(9)).toEqual(headers.slice(0, 1));
    const first = blocks[0] as Block;
    queue.complete(first.header, first.body, 10);
    queue.drop(queue.ready(9));
    expect(queue.take(9)).toEqual(headers.slice(2));
  });

  it('is full at 2,048 headers', () => {
    const blocks = childrenOf(testGenesis().block, maxQueuedHeaders);
    const queue = queueOf(blocks.slice(1));
    expect(queue.isFull).toBe(false);
    queue.add([(blocks[0] as Block).header]);
    expect(queue.isFull).toBe(true);
  });
});

describe('Pace', () => {
  it('waits a minute at first, and less for whoever answers soon: six seconds at least', () => {
    const pace = new Pace();
    expect(pace.timeoutMs).toBe(requestTimeoutMs);
    pace.answered(1, 0);
    expect(pace.timeoutMs).toBe(54_000);
    for (let i = 0; i < 100; i++) pace.answered(1, 0);
    expect(pace.timeoutMs).toBe(6_000);
    for (let i = 0; i < 100; i++) pace.answered(1, 50_000);
    expect(pace.timeoutMs).toBe(requestTimeoutMs);
  });

  it('asks for two at first, for two seconds’ worth later, and for two again after silence', () => {
    const pace = new Pace();
    expect(pace.batch(128)).toBe(2);
    for (let i = 0; i < 200; i++) pace.answered(10, 1000);
    expect([21, 22]).toContain(pace.batch(128));
    for (let i = 0; i < 20; i++) pace.answered(128, 1);
    expect(pace.batch(128)).toBe(128);
    pace.wasLate();
    expect(pace.batch(128)).toBe(2);
  });
});
