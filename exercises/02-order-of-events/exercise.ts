// The lines are in lines.ts, each with its id.
import type { Blanks } from '#kit/parsons.ts';

// TODO: the ids of the nine events, in an order in which they can happen.
export const order: readonly string[] = [];

export const blanks: Blanks = {};
