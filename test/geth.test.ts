import { describe, expect, it } from 'vitest';
import { url } from '../impl/geth.ts';

describe('url', () => {
  it('is a permalink to the line at the pinned commit', () => {
    expect(url('p2p/server.go', 704)).toBe(
      'https://github.com/ethereum/go-ethereum/blob/' +
        '37685930d953bcbe023f9bc65b135a8d8b8f1488/p2p/server.go#L704',
    );
  });

  it('names the whole file without a line', () => {
    expect(url('p2p/peer.go').endsWith('/p2p/peer.go')).toBe(true);
  });
});
