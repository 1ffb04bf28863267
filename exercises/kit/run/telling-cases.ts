/**
 * The cases of a reader's own code say so when they are awaited: `await recv(chan)` waits
 * for nothing and gives the case itself, of which no type and no engine complains.
 */

import type { Exports } from './registry.ts';
import { kitStrings } from '../words/strings.ts';

/** The module that readers import `recv` and `send` from. */
export const selectModule = 'impl/csp/select.ts';

const makers = ['recv', 'send'];
const { apply, get } = Reflect;
const parts = ['isReady', 'perform', 'watch', 'leave'] as const;

/** What `recv` or `send` has made, of a channel, a signal or a timer. */
export function isCase(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return parts.every((part) => typeof Reflect.get(value, part) === 'function');
}

/** The exports of `selectModule`, with makers of cases that tell. */
export function tellingCases(exports: Exports): Exports {
  const told = Object.create(exports) as Exports; // the others, as they are by then
  for (const name of makers) {
    const value = (...given: unknown[]): unknown => {
      const made: unknown = apply(exports[name] as () => unknown, undefined, given);
      // Without a channel it is the one case that is never ready, known by its identity.
      return given[0] === undefined ? made : telling(name, made as object);
    };
    Object.defineProperty(told, name, { value });
  }
  return told;
}

/** An `await` asks what it is given for its `then`. */
function telling(name: string, made: object): object {
  return new Proxy(made, {
    get(target, key) {
      if (key === 'then') throw new TypeError(kitStrings.thrown.awaitedCase(name));
      const part: unknown = get(target, key, target); // a Chan has private fields
      return typeof part === 'function' ? (part.bind(target) as unknown) : part;
    },
  });
}
