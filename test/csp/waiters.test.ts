import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Waiters } from '../../impl/csp/waiters.ts';

describe('Waiters', () => {
  it('has nobody first when nobody waits', () => {
    const waiters = new Waiters<string, number>();
    expect(waiters.first).toBeUndefined();
    expect(waiters.value).toBeUndefined();
  });

  it('serves in the order they came, each with its own value', () => {
    const waiters = new Waiters<string, number>();
    for (const [i, who] of ['a', 'b', 'c'].entries()) waiters.add(who, i);
    const served: unknown[] = [];
    for (let { first } = waiters; first !== undefined; { first } = waiters) {
      served.push([first, waiters.value]);
      waiters.delete(first);
    }
    expect(served).toEqual([
      ['a', 0],
      ['b', 1],
      ['c', 2],
    ]);
  });

  it('is after any comings and goings what a map is', () => {
    const step = fc.record({ comes: fc.boolean(), who: fc.nat(5) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const waiters = new Waiters<number, number>();
        const model = new Map<number, number>();
        for (const [i, { comes, who }] of steps.entries()) {
          if (comes && !model.has(who)) {
            waiters.add(who, i);
            model.set(who, i);
          } else if (!comes) {
            waiters.delete(who);
            model.delete(who);
          }
          const [oldest] = model;
          expect([waiters.first, waiters.value]).toEqual(
            oldest ?? [undefined, undefined],
          );
        }
      }),
    );
  });
});
