import { describe, expect, it } from 'vitest';
import type { NodeID } from '../../impl/p2p/enode.ts';
import {
  encHandshakeChecks,
  maxInboundConns,
  protoHandshakeChecks,
  type Candidate,
  type PeerTable,
} from '../../impl/p2p/handshake-checks.ts';
import { DiscError } from '../../impl/p2p/peer-error.ts';
import { idOf, makeProtocol, readAll } from '../helpers/peers.ts';

const self = idOf('11');
const stranger = idOf('99');

function table(peers: number, inboundCount: number, maxPeers: number): PeerTable {
  const ids = Array.from({ length: peers }, (_, i): [NodeID, undefined] => [
    idOf((0x20 + i).toString(16)),
    undefined,
  ]);
  return { peers: new Map(ids), inboundCount, maxPeers, self };
}

const inbound = { inbound: true, staticDialed: false, trusted: false };
const trustedInbound = { ...inbound, trusted: true };
const staticDial = { inbound: false, staticDialed: true, trusted: false };
/** No such connection is made here; the rule is there all the same. */
const otherDial = { inbound: false, staticDialed: false, trusted: false };

const reasonOf = (refusal: DiscError | undefined): number | undefined =>
  refusal?.reason;

describe('maxInboundConns', () => {
  it('leaves a third of the places, rounded down, to our own dials', () => {
    const places = [0, 1, 2, 3, 4, 9, 10, 25, 1050].map(maxInboundConns);
    expect(places).toEqual([0, 1, 2, 2, 3, 6, 7, 17, 700]);
  });
});

describe('encHandshakeChecks', () => {
  it.each([
    [
      'lets a stranger in where there is room',
      table(0, 0, 9),
      stranger,
      inbound,
      undefined,
    ],
    ['counts all peers: full', table(9, 0, 9), stranger, inbound, 4],
    ['has one more place', table(8, 0, 9), stranger, inbound, undefined],
    ['refuses the seventh of nine that dials us', table(6, 6, 9), stranger, inbound, 4],
    [
      'takes the sixth of nine that dials us',
      table(5, 5, 9),
      stranger,
      inbound,
      undefined,
    ],
    [
      'has no inbound limit for what we dial',
      table(6, 6, 9),
      stranger,
      otherDial,
      undefined,
    ],
    [
      'has no place for an ordinary dial when full',
      table(9, 0, 9),
      stranger,
      otherDial,
      4,
    ],
    ['takes a static node when full', table(9, 6, 9), stranger, staticDial, undefined],
    [
      'takes a trusted node when full',
      table(9, 0, 9),
      stranger,
      trustedInbound,
      undefined,
    ],
    [
      'takes a trusted node above the inbound limit',
      table(9, 9, 9),
      stranger,
      trustedInbound,
      undefined,
    ],
    [
      'has the inbound limit for a static node that dials us',
      table(6, 6, 9),
      stranger,
      { ...inbound, staticDialed: true },
      4,
    ],
    ['refuses who is a peer already', table(3, 3, 9), idOf('21'), inbound, 5],
    ['refuses it also from a static dial', table(9, 0, 9), idOf('21'), staticDial, 5],
    ['refuses it also if it is trusted', table(9, 9, 9), idOf('21'), trustedInbound, 5],
    ['refuses ourselves', table(3, 3, 9), self, inbound, 10],
    ['refuses ourselves also if trusted', table(9, 9, 9), self, trustedInbound, 10],
    [
      'refuses ourselves at the end of our own dial',
      table(3, 3, 9),
      self,
      staticDial,
      10,
    ],
    ['says "too many" first, even to ourselves', table(9, 0, 9), self, inbound, 4],
    [
      'says "too many" first, even to who is a peer',
      table(9, 0, 9),
      idOf('21'),
      inbound,
      4,
    ],
    [
      'has one place if it may have one peer',
      table(0, 0, 1),
      stranger,
      inbound,
      undefined,
    ],
    ['has no place if it may have none', table(0, 0, 0), stranger, inbound, 4],
  ] as const)('%s', (_what, peers, id, flags, reason) => {
    expect(reasonOf(encHandshakeChecks(peers, { id, flags }))).toBe(reason);
  });
});

describe('protoHandshakeChecks', () => {
  const a1 = makeProtocol(readAll, { name: 'a', version: 1 });
  const candidate = (
    caps: readonly [string, number][],
  ): Candidate & {
    caps: { name: string; version: number }[];
  } => ({
    id: stranger,
    flags: inbound,
    caps: caps.map(([name, version]) => ({ name, version })),
  });

  it.each([
    ['takes who speaks one protocol of ours', table(0, 0, 9), [['a', 1]], undefined],
    [
      'takes who speaks many others too',
      table(0, 0, 9),
      [
        ['b', 1],
        ['a', 2],
        ['a', 1],
      ],
      undefined,
    ],
    ['refuses who speaks nothing', table(0, 0, 9), [], 3],
    ['refuses who speaks another name', table(0, 0, 9), [['b', 1]], 3],
    ['refuses who speaks another version', table(0, 0, 9), [['a', 2]], 3],
    ['asks the table once more', table(9, 0, 9), [['a', 1]], 4],
    ['says "useless" before "too many"', table(9, 0, 9), [['b', 1]], 3],
  ] as const)('%s', (_what, peers, caps, reason) => {
    const conn = candidate(caps.map(([name, version]) => [name, version]));
    expect(reasonOf(protoHandshakeChecks(peers, conn, [a1]))).toBe(reason);
  });

  it('refuses a trusted node that speaks nothing of ours, full or not', () => {
    for (const peers of [table(0, 0, 9), table(9, 9, 9)]) {
      const conn = { ...candidate([['b', 1]]), flags: trustedInbound };
      expect(reasonOf(protoHandshakeChecks(peers, conn, [a1]))).toBe(3);
    }
  });

  it('takes who has one, two or three of our protocols', () => {
    const ours = [1, 2, 3].map((version) =>
      makeProtocol(readAll, { name: 'a', version }),
    );
    const theirs = ours.map(({ version }): [string, number] => ['a', version]);
    const reasons = [0, 1, 2, 3].map((count) =>
      reasonOf(
        protoHandshakeChecks(table(0, 0, 9), candidate(theirs.slice(0, count)), ours),
      ),
    );
    expect(reasons).toEqual([3, undefined, undefined, undefined]);
  });

  it('takes anybody if we speak nothing ourselves', () => {
    expect(protoHandshakeChecks(table(0, 0, 9), candidate([]), [])).toBeUndefined();
  });
});
