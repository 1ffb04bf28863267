/** What geth did in 2018 and ours does not; a scenario can switch it on. */

export const quirkNames = ['maskedRemoval'] as const;
export type QuirkName = (typeof quirkNames)[number];
