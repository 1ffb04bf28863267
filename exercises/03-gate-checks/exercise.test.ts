import { describe, expect, it } from 'vitest';
import type { NodeID } from '#impl/p2p/enode.ts';
import {
  maxInboundConns,
  type Candidate,
  type PeerTable,
} from '#impl/p2p/handshake-checks.ts';
import { DiscError } from '#impl/p2p/peer-error.ts';
import { encHandshakeChecks } from './exercise.ts';

/**
 * An id whose last byte is this one: all begin alike. The rules compare ids; they do not
 * ask for a real key.
 */
const idOf = (byte: number): NodeID => byte.toString(16).padStart(128, 'ab') as NodeID;

const self = idOf(1);
const stranger = idOf(2);
/** The first peer of every table that has one. */
const peer = idOf(16);

function tableOf(peers: number, inboundCount: number, maxPeers: number): PeerTable {
  const ids = Array.from({ length: peers }, (_, i) => idOf(16 + i));
  return { peers: new Map(ids.map((id) => [id, {}])), inboundCount, maxPeers, self };
}

type Flags = Candidate['flags'];
const no: Flags = { inbound: false, staticDialed: false, trusted: false };
const inbound: Flags = { ...no, inbound: true };
const dialed: Flags = no;
const staticDial: Flags = { ...no, staticDialed: true };
const trusted: Flags = { ...no, trusted: true, inbound: true };
/** Dialed like any other that was found, not because it is static. */
const trustedDial: Flags = { ...no, trusted: true };
const trustedStaticDial: Flags = { ...trustedDial, staticDialed: true };

const passes = 'it passes';
const tooMany = 'it hears 0x04 “too many peers”';
const already = 'it hears 0x05 “already connected”';
const connectedToSelf = 'it hears 0x0a “connected to self”';

/** What becomes of the connection, in words. */
function fateOf(table: PeerTable, candidate: Candidate): string {
  try {
    const before = inWords(table);
    const answer: unknown = encHandshakeChecks(table, candidate);
    if (inWords(table) !== before) return `the table was changed, to ${inWords(table)}`;
    if (answer === undefined) return passes;
    if (answer === null) return 'null comes back, and not undefined';
    if (!(answer instanceof DiscError))
      return `no DiscError comes back, but ${asWords(answer)}`;
    const code = answer.reason.toString(16).padStart(2, '0');
    return `it hears 0x${code} “${answer.message}”`;
  } catch (error) {
    if (error instanceof DiscError) return 'it is refused by a throw, not by an answer';
    throw error;
  }
}

function asWords(answer: unknown): string {
  if (answer instanceof Error) return `an ${answer.name} “${answer.message}”`;
  const isPlain = ['number', 'string', 'boolean'].includes(typeof answer);
  return isPlain
    ? `the ${typeof answer} ${String(answer)}`
    : `a value: ${typeof answer}`;
}

function inWords({ peers, inboundCount, maxPeers }: PeerTable): string {
  const inbound = `${inboundCount} by inbound peers, who may have ${maxInboundConns(maxPeers)}`;
  return `${peers.size} of ${maxPeers} places taken, ${inbound}`;
}

const dialsUs = 'a stranger dials us';
const weDial = 'we dialed a stranger';

type Case = readonly [
  what: string,
  id: NodeID,
  flags: Flags,
  table: PeerTable,
  fate: string,
];
type Row = readonly [name: string, cases: readonly Case[]];

describe('encHandshakeChecks', () => {
  it.each<Row>([
    [
      'lets a stranger pass while there are places',
      [
        [dialsUs, stranger, inbound, tableOf(0, 0, 9), passes],
        [weDial, stranger, dialed, tableOf(0, 0, 9), passes],
      ],
    ],
    [
      'has no place for a stranger when all are taken',
      [
        [dialsUs, stranger, inbound, tableOf(9, 0, 9), tooMany],
        [weDial, stranger, dialed, tableOf(9, 0, 9), tooMany],
      ],
    ],
    [
      'still has the last place',
      [
        [dialsUs, stranger, inbound, tableOf(8, 0, 9), passes],
        [weDial, stranger, dialed, tableOf(8, 6, 9), passes],
        [dialsUs, stranger, inbound, tableOf(5, 5, 9), passes],
      ],
    ],
    [
      'refuses inbound strangers when the inbound places are taken',
      [[dialsUs, stranger, inbound, tableOf(6, 6, 9), tooMany]],
    ],
    [
      'keeps the other places for nodes that we dial',
      [
        [weDial, stranger, dialed, tableOf(6, 6, 9), passes],
        [weDial, stranger, staticDial, tableOf(6, 6, 9), passes],
      ],
    ],
    [
      'counts only inbound peers against the inbound places',
      [[dialsUs, stranger, inbound, tableOf(7, 0, 9), passes]],
    ],
    [
      'takes a static node that we dialed when all places are taken',
      [
        ['we dialed a static node', stranger, staticDial, tableOf(9, 0, 9), passes],
        ['we dialed a static node', stranger, staticDial, tableOf(12, 6, 9), passes],
      ],
    ],
    [
      'takes a trusted node when all places are taken',
      [
        ['a trusted node dials us', stranger, trusted, tableOf(9, 0, 9), passes],
        ['we dialed a trusted node', stranger, trustedDial, tableOf(9, 6, 9), passes],
      ],
    ],
    [
      'takes a trusted node when the inbound places are taken',
      [['a trusted node dials us', stranger, trusted, tableOf(6, 6, 9), passes]],
    ],
    [
      'refuses a node that is connected already',
      [
        ['a node that is our peer dials us', peer, inbound, tableOf(3, 3, 9), already],
        ['we dialed a node that is our peer', peer, dialed, tableOf(3, 0, 9), already],
        [
          'we dialed a static node that is our peer',
          peer,
          staticDial,
          tableOf(9, 0, 9),
          already,
        ],
      ],
    ],
    [
      'refuses a node that is connected already, though it is trusted',
      [
        [
          'a trusted node that is our peer dials us',
          peer,
          trusted,
          tableOf(3, 3, 9),
          already,
        ],
        [
          'a trusted node that is our peer dials us',
          peer,
          trusted,
          tableOf(9, 9, 9),
          already,
        ],
      ],
    ],
    [
      'refuses to be its own peer',
      [
        ['our own id dials us', self, inbound, tableOf(3, 3, 9), connectedToSelf],
        ['we dialed our own id', self, dialed, tableOf(0, 0, 9), connectedToSelf],
      ],
    ],
    [
      'refuses to be its own peer, though it is trusted or static',
      [
        ['we dialed our own id', self, staticDial, tableOf(9, 0, 9), connectedToSelf],
        [
          'our own, trusted id dials us',
          self,
          trusted,
          tableOf(9, 9, 9),
          connectedToSelf,
        ],
      ],
    ],
    [
      'asks the rules in their order: the places come first',
      [
        ['a node that is our peer dials us', peer, inbound, tableOf(9, 0, 9), tooMany],
        ['a node that is our peer dials us', peer, inbound, tableOf(6, 6, 9), tooMany],
        ['our own id dials us', self, inbound, tableOf(9, 0, 9), tooMany],
        ['our own id dials us', self, inbound, tableOf(6, 6, 9), tooMany],
      ],
    ],
  ])('%s', (_, cases) => {
    for (const [what, id, flags, table, fate] of cases) {
      const before = inWords(table);
      expect(fateOf(table, { id, flags }), `${what}; ${before}`).toBe(fate);
    }
  });

  /** Every table there can be, of up to 12 places. Trusted nodes come on top. */
  const tables = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]
    .map((maxPeers) =>
      Array.from({ length: maxPeers + 2 }, (_peers, peers) =>
        Array.from({ length: peers + 1 }, (_in, count) =>
          tableOf(peers, count, maxPeers),
        ),
      ),
    )
    .flat(2);

  it.each([
    ['a stranger that dials us', inbound, hasPlace, hasInboundPlace],
    ['a stranger that we dialed', dialed, hasPlace, always],
    ['a static node that we dialed', staticDial, always, always],
    ['a trusted node that dials us', trusted, always, always],
    ['a trusted node that we dialed', trustedDial, always, always],
    ['a trusted, static node that we dialed', trustedStaticDial, always, always],
  ] as const)('decides on %s in any node', (who, flags, first, second) => {
    for (const table of tables) {
      const fate = first(table) && second(table) ? passes : tooMany;
      const before = inWords(table);
      const found = fateOf(table, { id: stranger, flags });
      if (found !== fate) expect(found, `${who}; ${before}`).toBe(fate);
    }
  });
});

function hasPlace({ peers, maxPeers }: PeerTable): boolean {
  return peers.size < maxPeers;
}

function hasInboundPlace({ inboundCount, maxPeers }: PeerTable): boolean {
  return inboundCount < maxInboundConns(maxPeers);
}

function always(): boolean {
  return true;
}
