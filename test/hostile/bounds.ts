/**
 * What the node may be made to compute: for each kind of case, the most of each count that one
 * connection may cost from its first byte to a second after its end. Numbers of things that are
 * done (points, hashes, lookups …) are those that are needed, up to twenty of them. The others,
 * bytes and turns, which a seed moves, are about half as much again.
 *
 * After a change that is meant to cost more: run the file; the failure names each count.
 */

import { countsOf, noWork, type Work } from './meter.ts';

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
  nothing:        [   14,       0,   0,   0,     0,       0,         0,          0,     0,   0,     0,     0],
  silent:         [    9,      35,   1,   1,     1,      30,        39,         32,     1,   0,     1,     1],
  badAuth:        [   14,   1_400,   3,   1,     0,     610,       460,          0,     0,   0,     1,     0],
  auth:           [   93,   2_000,   7,   1,     4,   2_000,     2_400,      1_900,     3,   0,     4,     7],
  slots:          [  190,   2_000,   7,   1,     4,   1_800,     2_000,      1_600,     3,   0,     4,     6],
  ack:            [   95,   1_500,   6,   0,     4,   1_900,     1_900,        340,     0,   0,     3,     3],
  dials:          [  180,       0,   0,   0,     0,       0,         0,          0,     0,   0,     0,     0],
  // On the line.
  frames:         [  110,   2_100,   7,   1,     4,   1_900,     2_800,      3_400,     6,   0,     5,    11],
  hello:          [   93,   2_100,   7,   1,     4,   1_900,     5_200,      1_900,     3,   0,     4,     7],
  base:           [  160,   2_400,   7,   1,     4,   1_900,     4_900,      2_000,     3,   0,     4,     7],
  hellos:         [  310,   3_600,   7,   1,     4,   1_900,    11_000,      9_000,     3,   0,     4,     7],
  pongs:          [3_300,  33_000,   7,   1,     4,   1_900,    51_000,      6_400,     3,   0,     4,     7],
  pings:          [  790,   6_600,   7,   1,     4,   1_900,     9_200,        820,     0,   0,     3,     3],
  snappy:         [   80,   2_000,   7,   1,     4,   1_900,     2_000,        350,     0,   0,     3,     3],
  bomb:           [   98,   2_000,   7,   1,     4,   1_900, 1_200_000,        340,     0,   0,     3,     3],
  copies:         [  160,   2_000,   7,   1,     4,   1_900, 4_600_000,  4_600_000,     0,   0,     3,     3],
  tooLarge:       [   99, 110_000,   7,   1,     4,   1_900,   740_000,    740_000,     0,   0,     3,     3],
  // The first message of eth.
  status:         [  120,   2_200,   7,   1,     4,   2_000,     4_600,      5_800,     3,   0,     4,     7],
  hugeTd:         [   84,  23_000,   7,   1,     4,   1_900,   150_000,  3_300_000,     0,   0,     3,     0],
  // Requests.
  headers:        [  110,   2_100,   7,   1,     4,   2_000,     2_900,      5_100,    14,   0,     5,    11],
  walks:          [  110,   2_200,   7,   1,     4,   1_900,     3_800,     12_000,   140,   0,     5,    10],
  manyHeaders:    [  110,   3_100,   7,   1,     4,   1_900,    21_000,    150_000,   730,   0,     5,    11],
  unreadHeaders:  [  160,   8_200,   7,   1,     4,   1_900,   120_000,    880_000, 1_500,   0,     9,    34],
  requests:       [  110,   2_100,   7,   1,     4,   2_000,     2_400,      1_900,     3,   0,     4,     7],
  badHashes:      [  110,   2_400,   7,   1,     4,   1_900,     4_100,     42_000,   650,   0,   970,     7],
  hashes:         [  140, 110_000,   7,   1,     4,   1_900,   740_000, 17_000_000,   650,   0,   970,     7],
  bodies:         [  110,   7_800,   7,   1,     4,   1_900,    43_000,    870_000,   330,   0,   330,     7],
  unreadBodies:   [  130,  20_000,   7,   1,     4,   1_900,   130_000,  2_600_000,   480,   0,   490,     3],
  // Answers, and a synchronisation.
  answers:        [  120,   2_200,   7,   1,     4,   1_900,     5_900,     35_000,     3,   1,     5,    12],
  liars:          [  220,   5_400,   7,   1,    60,  36_000,     7_800,     42_000,    37,  59,    58,   270],
  unreadBalloons: [  180, 530_000,   7,   1,     4,   1_900, 3_700_000,  3_700_000,     3,   0,     4,     7],
  balloons:       [  130, 110_000,   7,   1,     4,   2_000,   740_000, 17_000_000,     3,   0,     4,     7],
  // News.
  announcements:  [  130,   2_100,   7,   1,     5,   2_600,     2_400,      1_600,     2,   1,     5,     9],
  overlooked:     [  870,   4_000,   7,   1,     4,   1_900,     9_900,     67_000,     4,   0,   330,   330],
  announced:      [3_700, 340_000,   7,   1,     4,   1_900,   280_000,  5_600_000,   640,   0,   650,   650],
  news:           [  120,   2_200,   7,   1,     7,   4_100,     3_700,      6_000,     9,   6,    10,    32],
  hundredBlocks:  [  790,   5_600,   7,   1,   130,  78_000,    32_000,    110_000,   130, 250,   260,   760],
  orphans:        [2_100,   9_100,   7,   1,   510, 160_000,    60_000,    210_000,   340, 500,   510, 1_600],
  manyTxs:        [  200, 400_000,   7,   1,     5,   2_400,    95_000,  2_100_000,     4,   2,     6,    13],
  // Transactions.
  transactions:   [   93,   3_300,   9,   3,    10,   2_300,     3_300,     27_000,     2,   2,     6,     9],
  junk:           [  140, 210_000,  89,  82,   170,  12_000,   170_000,  3_700_000,     2,  80,    85,   170],
  junkFlood:      [  200, 380_000, 750, 750, 1_500,  92_000,   170_000,    470_000,     0, 740,   750, 1_500],
  junkLeft:       [  550,  50_000, 110,  95,   200,  14_000,    11_000,     15_000,     0,  94,    98,   200],
  repeated:       [  240, 160_000, 250, 250,   730,  59_000,   290_000,  6_300_000,     2, 240,   250,   490],
  crowds:         [  140,  64_000,   7,   1,   390,  40_000,     4_000,     23_000,     3, 130,   140,   270],
  // What is allowed.
  controls:       [  300,   3_000,   8,   2,     6,   2_000,     4_800,     54_000,    54,   1,    55,    59],
  syncs:          [  250,  41_000,   7,   1,   510, 330_000,    44_000,    370_000,   510, 510,   510, 2_600],
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

/** Bounds that are more than twice what was seen: what they are to find could hide below. */
export function loose(kind: Kind): string[] {
  const most = seen.get(kind) ?? noWork;
  return countsOf.flatMap((each) => {
    const bound = boundOf(kind)[each];
    const isLoose = bound > 2 * most[each] + 10;
    return isLoose
      ? `${kind}, ${each}: ${bound}, and ${most[each]} is all that is needed`
      : [];
  });
}
