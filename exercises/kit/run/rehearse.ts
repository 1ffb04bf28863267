/** What a worker can do before it is asked for anything. */

import { findTampering, takeSnapshot } from './intrinsics.ts';
import { compileLearner } from './learner.ts';
import { Registry } from './registry.ts';
import type { Bundle } from './session.ts';

/** So often, until the engine has compiled more than the first time through. */
const compiled = 6;
const compared = 60;

/**
 * Does what each run does before its first test: the engine has compiled it by then.
 * Nothing of it stays.
 */
export function rehearse(bundle: Bundle): void {
  const registry = new Registry(bundle.factories, bundle.packages);
  for (const { uses } of bundle.exercises) {
    for (const id of uses) registry.require(id);
  }
  const snapshot = takeSnapshot([]);
  for (let i = 0; i < compared; i += 1) findTampering(snapshot);
  for (let i = 0; i < compiled; i += 1) {
    const load = compileLearner(rehearsal, () => true);
    load({ exports: {} }, {}, () => ({ select: undefined }));
  }
}

/** A text with what answers are made of; it does nothing. */
const rehearsal = `import { select as choose, type Cases } from '#impl/csp/select.ts';
interface Shape<T> { readonly id: T; size?: number }
type Choice = 'a' | 'b' | undefined;
export const table: Record<string, Choice> = { a: 'a', b: undefined };
export class Thing<T extends object> implements Shape<number> {
  readonly id = 1; #kept: T | undefined; private static count = 0;
  constructor(size = 2) { Thing.count += size; }
  async next(given: readonly T[], { id, ...rest }: Shape<T>): Promise<bigint | void> {
    for (const one of given.filter((x): x is T => x !== null)) this.#kept = one as T;
    try { await choose<Cases>({ one: rest }); } catch (error) { throw new Error(\`no \${id}\`); }
    switch (id) { case 'a': return 0x10n; default: return given.length > 1 ? 1n : undefined; }
  }
}
export function f<T>(x: T, y?: number): x is NonNullable<T> { return /a+/.test(String(x)) && y! >= 0; }
`;
