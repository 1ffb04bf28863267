/**
 * The tasks of one peer, as its picture has them from left to right. `run` is the
 * server's; `eth/63` stands for each of the N protocols that both sides speak.
 */
export const lanes = ['readLoop', 'pingLoop', 'eth/63', 'runPeer', 'run'] as const;
export type Lane = (typeof lanes)[number];
