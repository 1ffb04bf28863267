import { beforeEach, describe, expect, it, vi } from 'vitest';

beforeEach(() => {
  vi.resetModules();
});

describe('initCrypto', () => {
  it('has to come first: without it the other calls say so', async () => {
    const node = await import('../../impl/crypto/node.ts');
    const notReady: unknown = expect.objectContaining({ code: 'not-ready' });
    const bytes = new Uint8Array(32).fill(1);
    expect(() => node.keccak256()).toThrow(notReady);
    expect(() => node.publicKey(bytes)).toThrow(notReady);
    expect(() => node.assertPublicKey(new Uint8Array(64))).toThrow(notReady);
    await node.initCrypto();
    expect(node.keccak256()).toHaveLength(32);
  });

  it('loads once, however many ask at the same time', async () => {
    const node = await import('../../impl/crypto/node.ts');
    expect(node.initCrypto()).toBe(node.initCrypto());
    await node.initCrypto();
  });
});
