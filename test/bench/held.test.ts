import { expect, it } from 'vitest';
import { addedBy, heldKinds, heldNow, type HeldKind } from './held.ts';

async function waitFor(it: Promise<void>): Promise<void> {
  await it;
}

it('tells what many more of one kind add, each under its kind', async () => {
  const count = 2_000;
  const before = await heldNow();
  const never = new Promise<void>(() => undefined);
  const waits = Array.from({ length: count }, () => waitFor(never));
  const arrays = Array.from({ length: count }, () => new Uint8Array(100));
  const texts = Array.from({ length: count }, (_, i) => `a text of its own ${i * 1.5}`);
  const added = addedBy(count, before, await heldNow());

  // Held until here.
  expect([waits.length, arrays.length, texts.length]).toEqual([count, count, count]);
  expect(Object.keys(added)).toEqual(Object.keys(heldKinds));
  const floor: Partial<Record<HeldKind, number>> = {
    frames: 88, // a generator
    promises: 48 + 2 * 56, // its promise, and two functions
    bytes: 100,
    texts: 20,
  };
  for (const [kind, bytes] of Object.entries(floor)) {
    expect(added[kind as HeldKind], kind).toBeGreaterThanOrEqual(bytes);
    expect(added[kind as HeldKind], kind).toBeLessThan(6 * bytes);
  }
  expect(Math.abs(added.channels) + Math.abs(added.socket)).toBeLessThan(8);
}, 60_000);
