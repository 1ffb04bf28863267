import { beforeAll, describe, expect, it } from 'vitest';
import { initCrypto } from '#crypto';
import { WaitGroup } from '../../impl/csp/wait-group.ts';
import { zeroHash } from '../../impl/core/hash.ts';
import { PeerSetError } from '../../impl/eth/errors.ts';
import { DiscError, discQuitting } from '../../impl/p2p/peer-error.ts';
import { EthPeer } from '../../impl/eth/peer.ts';
import { PeerSet } from '../../impl/eth/peer-set.ts';
import { link } from './harness.ts';

beforeAll(initCrypto);

function peer(id: string, td = 0n): EthPeer {
  const [side] = link({ ids: [id, 'ff'] });
  const made = new EthPeer(63, side, side.rw, new WaitGroup());
  made.setHead(zeroHash, td);
  return made;
}

function setOf(...peers: readonly EthPeer[]): PeerSet {
  const set = new PeerSet();
  for (const one of peers) set.register(one);
  return set;
}

describe('PeerSet.register', () => {
  it('takes one peer of an id: the first 8 bytes of the node id', () => {
    const [first, namesake] = [
      peer(`${'ab'.repeat(8)}01`),
      peer(`${'ab'.repeat(8)}02`),
    ];
    const set = setOf(first);
    expect(() => {
      set.register(namesake);
    }).toThrow(new PeerSetError());
    expect(set.get('ab'.repeat(8))).toBe(first);
    expect([...set]).toEqual([first]);
  });

  it('takes nobody once the set is closed, and keeps who is there', () => {
    const set = setOf(peer('01'));
    set.close();
    expect(() => {
      set.register(peer('02'));
    }).toThrow(new DiscError(discQuitting));
    expect(set.length).toBe(1);
  });
});

describe('PeerSet.unregister', () => {
  it('forgets the peer and ends what hangs on it', () => {
    const one = peer('01');
    const set = setOf(one);
    set.unregister(one);
    set.unregister(one);
    expect(set.length).toBe(0);
    expect(one.term.closed).toBe(true);
  });

  it('does not evict a namesake', () => {
    const one = peer('01');
    const set = setOf(one);
    set.unregister(peer('01'));
    expect(set.get(one.id)).toBe(one);
    expect(one.term.closed).toBe(false);
  });
});

describe('PeerSet.bestPeer', () => {
  it('is the one with the highest td, of equals the first', () => {
    const peers = [peer('01', 5n), peer('02', 7n), peer('03', 7n), peer('04', 1n)];
    expect(setOf(...peers).bestPeer()).toBe(peers[1]);
    expect(setOf().bestPeer()).toBeUndefined();
    expect(setOf(peer('05')).bestPeer()?.td).toBe(0n);
  });
});
