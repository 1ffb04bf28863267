/** Inputs that fuzzing has found: what each brought about is mended, and stays so. */

import { beforeAll, describe, expect, it } from 'vitest';
import { initCrypto } from '#crypto';
import { allFound, judge } from '../fuzz/engine.ts';
import { targets } from '../fuzz/targets.ts';

beforeAll(initCrypto);

describe('what was found', () => {
  it('is there', () => {
    expect(allFound().length).toBeGreaterThan(0);
  });

  it.each(allFound())('does no harm any more: $file', async ({ target, input }) => {
    const named = targets.find(({ name }) => name === target);
    if (named === undefined) throw new RangeError(`no target ${target}`);
    await judge(named, input);
  });
});
