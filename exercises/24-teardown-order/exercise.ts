// The lines are in lines.ts, each with its id.
import type { Blanks } from '#kit/parsons.ts';

// TODO: the ids of six lines, from top to bottom.
export const order: readonly string[] = [];

export const blanks: Blanks = {};
