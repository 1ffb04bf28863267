/** A guard of the battery, and the case that fails without it. */

import type { Guard } from './fault-table.ts';

/** @param put stands in the place of `take` */
export function without(
  of: string,
  group: string,
  file: string,
  take: string,
  put: string,
): Guard {
  const test = { file: `test/hostile/${group}.test.ts`, title: of };
  return { of, file: `impl/${file}`, take, put, test };
}
