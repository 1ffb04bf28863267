/** The short form: a fixed seed, few runs. `npm run fuzz` goes on from there. */

import { beforeAll, describe, expect, it } from 'vitest';
import { initCrypto } from '#crypto';
import { toHex } from '../../impl/bytes.ts';
import { fuzz, judge, Violation, type Target } from './engine.ts';
import { targets } from './targets.ts';

beforeAll(initCrypto);

const seed = 20_261_128;

describe('any bytes', () => {
  it.each(targets)('give a value or a known error: $name', async (target) => {
    const failed = await fuzz(target, seed, target.shortRuns ?? 100);
    if (failed === undefined) return;
    throw new Error(
      `seed ${seed}, input ${toHex(failed.input)}: ${failed.error.message}`,
      { cause: failed.error },
    );
  });
});

describe('the engine', () => {
  const target = (run: Target['run'], most?: Target['most']): Target => ({
    name: 'test',
    shape: 'bytes',
    seeds: () => [new Uint8Array(20)],
    run,
    ...(most && { most }),
  });
  const fault = (input: Uint8Array): undefined => {
    if (input.includes(0x81)) throw new TypeError('a fault');
    return undefined;
  };

  it('finds a fault, and gives the least input', async () => {
    const failed = await fuzz(target(fault), 1, 500);
    expect(failed?.input).toEqual(Uint8Array.of(0x81));
    expect(failed?.error).toBeInstanceOf(Violation);
  });

  it('takes errors with a class of their own, and work within the bound', async () => {
    class Known extends Error {}
    await judge(
      target(() => {
        throw new Known();
      }),
      new Uint8Array(),
    );
    const worker = target(
      () => 11,
      () => 10,
    );
    await expect(judge(worker, new Uint8Array())).rejects.toThrow('11 units of work');
  });
});
