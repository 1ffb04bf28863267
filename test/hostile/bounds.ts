/**
 * What the node may be made to compute: for each kind of case, the most of each count that one
 * connection may cost from its first byte to a second after its end. Numbers of things that are
 * done (points, hashes, lookups …) are those that are needed, up to twenty of them. The others,
 * bytes and turns, which a seed moves, are about half as much again.
 *
 * After a change that is meant to cost more: run the file; the failure names each count.
 */

/** Counts. Lengths are in bytes. */
export interface Work {
  /** How often one of the node's tasks went on. */
  readonly turns: number;
  /** As the code itself says with `spent` and in slices: about a microsecond each. */
  readonly units: number;
  /** Multiplications of points of the curve: keys, shared points, signatures. */
  readonly points: number;
  /** Those of them that recover who signed, or try to. */
  readonly recoveries: number;
  /** Hashes of headers, blocks, transactions and the roots of bodies; two for the keys. */
  readonly keccaks: number;
  /** Bytes that go through Keccak, SHA-256 and its MAC, but for the MACs of frames. */
  readonly hashed: number;
  /** Bytes that go through AES: of frames, each of which is in a MAC too, and of packets. */
  readonly ciphered: number;
  /** Bytes that are looked through in blocks of Snappy, that come out of them or go in. */
  readonly snappy: number;
  /** Looks into the chain by hash or by number, and walks along it. */
  readonly lookups: number;
  /** Headers, bodies and transactions that are built of their bytes. */
  readonly built: number;
  /** Values that are decoded to be read. */
  readonly decoded: number;
  /** Integers that are made of bytes. */
  readonly integers: number;
}

export const noWork: Work = {
  ...{ turns: 0, units: 0, points: 0, recoveries: 0, keccaks: 0, hashed: 0 },
  ...{ ciphered: 0, snappy: 0, lookups: 0, built: 0, decoded: 0, integers: 0 },
};

export const countsOf = Object.keys(noWork) as readonly (keyof Work)[]; // of the object above

/** In the order of `Work`. */
type Row = readonly [
  ...[turns: number, units: number, points: number, recoveries: number],
  ...[keccaks: number, hashed: number, ciphered: number, snappy: number],
  ...[lookups: number, built: number, decoded: number, integers: number],
];

// prettier-ignore
const rows = {
  //               turns    units  pts  rec   kecc   hashed   ciphered      snappy   look  bui   deco  integ
  // Before there are keys.
  nothing:        [   13,       0,   0,   0,     0,       0,         0,          0,     0,   0,     0,     0],
  badAuth:        [   13,   1_300,   3,   1,     0,     570,       430,          0,     0,   0,     1,     0],
  auth:           [   87,   2_000,   7,   1,     4,   2_000,     2_400,      1_900,     3,   0,     4,     7],
  slots:          [   73,   2_000,   7,   1,     4,   1_800,     2_000,      1_600,     3,   0,     4,     6],
  ack:            [   89,   1_400,   6,   0,     4,   1_900,     1_900,        320,     0,   0,     3,     3],
  dials:          [  170,       0,   0,   0,     0,       0,         0,          0,     0,   0,     0,     0],
  // On the line.
  frames:         [  110,   5_500,   7,   1,     4,   1_900,     2_800,      3_400,     6,   0,     5,    11],
  hello:          [   87,   2_100,   7,   1,     4,   1_900,     5_200,      1_900,     3,   0,     4,     7],
  base:           [  150,   2_400,   7,   1,     4,   1_900,     4_900,      2_000,     3,   0,     4,     7],
  hellos:         [  290,   3_600,   7,   1,     4,   1_900,    11_000,      9_000,     3,   0,     4,     7],
  pongs:          [3_300,  63_000,   7,   1,     4,   1_900,    51_000,      6_400,     3,   0,     4,     7],
  pings:          [  740,   12_600,   7,   1,     4,   1_900,     9_200,        770,     0,   0,     3,     3],
  snappy:         [   75,   2_000,   7,   1,     4,   1_900,     2_000,        330,     0,   0,     3,     3],
  bomb:           [   91,   5_800,   7,   1,     4,   1_900, 1_200_000,        320,     0,   0,     3,     3],
  copies:         [  150,  17_000,   7,   1,     4,   1_900, 4_600_000,  4_600_000,     0,   0,     3,     3],
  tooLarge:       [   93, 110_000,   7,   1,     4,   1_900,   740_000,    740_000,     0,   0,     3,     3],
  // The first message of eth.
  status:         [  120,   2_200,   7,   1,     4,   2_000,     4_600,      5_800,     3,   0,     4,     7],
  hugeTd:         [   79,  23_000,   7,   1,     4,   1_900,   150_000,  3_300_000,     0,   0,     3,     0],
  // Requests.
  headers:        [   97,   2_100,   7,   1,     4,   2_000,     2_900,      5_100,    14,   0,     5,    11],
  walks:          [   97,   2_200,   7,   1,     4,   1_900,     3_800,     12_000,   109,   0,     5,    10],
  manyHeaders:    [   96,   3_100,   7,   1,     4,   1_900,    21_000,    150_000,   580,   0,     5,    11],
  unreadHeaders:  [  150,   8_200,   7,   1,     4,   1_900,   120_000,    880_000, 1_500,   0,     9,    34],
  requests:       [   97,   2_100,   7,   1,     4,   2_000,     2_400,      1_900,     3,   0,     4,     7],
  badHashes:      [   96,   2_400,   7,   1,     4,   1_900,     4_100,     42_000,   515,   0,   772,     7],
  hashes:         [  130, 110_000,   7,   1,     4,   1_900,   740_000, 17_000_000,   515,   0,   772,     7],
  bodies:         [   97,   7_800,   7,   1,     4,   1_900,    43_000,    870_000,   259,   0,   260,     7],
  unreadBodies:   [  120,  20_000,   7,   1,     4,   1_900,   130_000,  2_600_000,   480,   0,   490,     3],
  // Answers, and a synchronisation.
  answers:        [  110,   2_200,   7,   1,     4,   1_900,     5_900,     35_000,     3,   1,     5,    12],
  liars:          [  210,   5_400,   7,   1,    60,  36_000,     7_800,     42_000,    37,  59,    58,   270],
  unreadBalloons: [  170, 530_000,   7,   1,     4,   1_900, 3_700_000,  3_700_000,     3,   0,     4,     7],
  balloons:       [  120, 110_000,   7,   1,     4,   2_000,   740_000, 17_000_000,     3,   0,     4,     7],
  // News.
  announcements:  [  120,   2_100,   7,   1,     5,   2_600,     2_400,      1_600,     2,   1,     5,     9],
  overlooked:     [  810,   4_000,   7,   1,     4,   1_900,     9_900,     67_000,     4,   0,   260,   263],
  announced:      [3_700, 340_000,   7,   1,     4,   1_900,   280_000,  5_600_000,   512,   0,   515,   515],
  news:           [  140,   2_200,   7,   1,    10,   4_100,     3_700,      6_000,    10,   6,    10,    25],
  hundredBlocks:  [  740,   8_600,   7,   1,   104,  78_000,    32_000,    110_000,   103, 200,   204,   607],
  orphans:        [2_100,   15_100,   7,   1,   404, 160_000,    60_000,    210_000,   267, 400,   404, 1_207],
  manyTxs:        [  190, 400_000,   7,   1,     5,   2_600,    95_000,  2_100_000,     4,   2,     6,    13],
  // Transactions.
  transactions:   [  110,   4_500,  11,   5,    15,   2_900,     4_800,     54_000,     3,   4,     8,    15],
  junk:           [  200, 410_000, 135, 129,   260,  22_000,   330_000,  7_300_000,     3, 128,   132,   263],
  junkFlood:      [  310, 750_000, 1_500, 1_500, 3_000, 190_000,   330_000,    930_000,     0, 1_500, 1_500, 3_000],
  junkLeft:       [  510,  50_000, 110,  95,   200,  14_000,    11_000,     15_000,     0,  94,    98,   200],
  repeated:       [  220, 320_000, 391, 385, 1_156, 120_000,   560_000, 13_000_000,     3, 384,   388,   775],
  crowds:         [  140,  64_000,   7,   1,   307,  40_000,     4_000,     23_000,     3, 101,   105,   209],
  // What is allowed.
  controls:       [  280,   3_000,   8,   2,     6,   2_000,     4_800,     54_000,    43,   1,    44,    47],
  syncs:          [  230,  41_000,   7,   1,   510, 330_000,    44_000,    370_000,   510, 510,   510, 2_600],
} as const satisfies Record<string, Row>;

/** A case names one, or its group does: there is none without. */
export type Kind = keyof typeof rows;

export function boundOf(kind: Kind): Work {
  const row: Row = rows[kind];
  const [turns, units, points, recoveries, keccaks, hashed] = row;
  const [, , , , , , ciphered, snappy, lookups, built, decoded, integers] = row;
  return {
    ...{ turns, units, points, recoveries, keccaks, hashed },
    ...{ ciphered, snappy, lookups, built, decoded, integers },
  };
}

/** Every count that is above what so many connections may cost. */
export function excess(kind: Kind, done: Work, connections: number): string[] {
  return countsOf.flatMap((each) => {
    const most = boundOf(kind)[each] * connections;
    return done[each] > most ? `${each}: ${done[each]}, at most ${most}` : [];
  });
}

/** The most that has been seen in this process, for one connection. */
const seen = new Map<Kind, Work>(); // BOUNDED by the kinds

export function noteWork(kind: Kind, done: Work, connections: number): void {
  const most = { ...(seen.get(kind) ?? noWork) };
  for (const each of countsOf) {
    Object.assign(most, { [each]: Math.max(most[each], done[each] / connections) });
  }
  seen.set(kind, most);
}

/** Both packets of a handshake are padded with 100 to 299 bytes. */
const isDrawn: ReadonlySet<keyof Work> = new Set(['hashed', 'ciphered']);

/** Bounds that are more than twice what was seen: what they are to find could hide below. */
export function loose(kind: Kind): string[] {
  const most = seen.get(kind) ?? noWork;
  return countsOf.flatMap((each) => {
    const bound = boundOf(kind)[each];
    const isLoose = bound > 2 * most[each] + (isDrawn.has(each) ? 500 : 10);
    return isLoose
      ? `${kind}, ${each}: ${bound}, and ${most[each]} is all that is needed`
      : [];
  });
}
