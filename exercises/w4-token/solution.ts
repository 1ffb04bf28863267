import type { Chan } from '#impl/csp/chan.ts';

/** Lets `bake` have the oven for itself, from its begin to its end. */
export async function withOven<T>(
  token: Chan<string>,
  bake: () => Promise<T>,
): Promise<T> {
  const held = await token.recv();
  try {
    return await bake();
  } finally {
    await token.send(held);
  }
}
