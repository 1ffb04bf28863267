import { expect, it } from 'vitest';
import { heldBytes } from './garbage.ts';

const mib = 2 ** 20;

function useBuffers(): number {
  const buffers = Array.from({ length: 16 }, () => new Uint8Array(mib));
  return buffers.reduce((sum, { length }) => sum + length, 0);
}

it('counts no buffer that was let go', async () => {
  const before = await heldBytes();
  expect(useBuffers()).toBe(16 * mib);
  expect((await heldBytes()) - before).toBeLessThan(4 * mib);
});
