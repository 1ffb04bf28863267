/** How much is done of each: enough for a figure, or a quick look. */

import type { StackName } from './stack.ts';

export interface Plan {
  /** Each figure is the median of so many. */
  readonly rounds: number;
  /** Connections a round. devp2p makes twenty a second. */
  readonly handshakes: Readonly<Record<StackName, number>>;
  /**
   * And before the first round. Ours runs the code of a handshake once for each; it takes
   * more than a thousand until V8 has compiled what it will. devp2p spends its time in
   * the loops of its curve, which are compiled in the first few.
   */
  readonly firstHandshakes: Readonly<Record<StackName, number>>;
  readonly atOnce: number;
  readonly roundTrips: number;
  /** How long messages flow in one direction, for one size. */
  readonly floodMs: number;
  /** And before the first round, so that the code is compiled. */
  readonly warmMs: number;
  readonly sizes: readonly number[];
  readonly codecMs: number;
  /** Idle peers at which memory is read, rising. */
  readonly idlePeers: readonly number[];
  readonly memoryRounds: number;
  /** Idle peers at which the heap is looked through, rising: two counts. */
  readonly heldPeers: readonly [number, number];
  /** Lengths of the chains that are synchronised, rising. */
  readonly chains: readonly number[];
  /** Of the chain that has a transaction in every block. */
  readonly fullBlocks: number;
  readonly syncRounds: number;
  readonly largeFrame: number;
}

export const fullPlan: Plan = {
  rounds: 5,
  handshakes: { ours: 400, devp2p: 60, transport: 400, raw: 1_000 },
  firstHandshakes: { ours: 3_000, devp2p: 120, transport: 3_000, raw: 2_000 },
  atOnce: 50,
  roundTrips: 3_000,
  floodMs: 1_500,
  warmMs: 1_000,
  sizes: [100, 1024, 65_536, 1_048_576],
  codecMs: 600,
  idlePeers: [100, 500, 1_000, 2_000],
  memoryRounds: 5,
  heldPeers: [100, 300],
  chains: [5_000, 10_000, 20_000],
  fullBlocks: 5_000,
  syncRounds: 3,
  largeFrame: 10 * 1_048_576,
};

export const quickPlan: Plan = {
  ...fullPlan,
  rounds: 3,
  handshakes: { ours: 150, devp2p: 30, transport: 150, raw: 500 },
  firstHandshakes: { ours: 1_500, devp2p: 60, transport: 1_500, raw: 1_000 },
  roundTrips: 800,
  floodMs: 500,
  warmMs: 300,
  codecMs: 200,
  idlePeers: [50, 150, 300],
  memoryRounds: 1,
  heldPeers: [50, 150],
  chains: [2_000, 5_000],
  fullBlocks: 1_000,
};
