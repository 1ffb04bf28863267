/** vitest's own assertions, put together without vitest's runner. */

import {
  ASYMMETRIC_MATCHERS_OBJECT,
  chai,
  ChaiStyleAssertions,
  customMatchers,
  getState,
  JestAsymmetricMatchers,
  JestChaiExpect,
  JestExtend,
  setState,
  type ExpectStatic,
} from '@vitest/expect';
import type { Guard } from './guard.ts';

type Extend = (expect: ExpectStatic, matchers: object) => void;

/** @param guard looks at the built-ins before each assertion: they decide it */
export function createExpect(guard: Guard): ExpectStatic {
  for (const plugin of [
    JestExtend,
    JestChaiExpect,
    ChaiStyleAssertions,
    JestAsymmetricMatchers,
  ]) {
    chai.use(plugin);
  }
  const check = (value: unknown, message?: string): unknown => {
    const { assertionCalls } = getState(expect);
    setState({ assertionCalls: assertionCalls + 1 }, expect);
    return chai.expect(value, message);
  };
  const asymmetric: unknown = Reflect.get(globalThis, ASYMMETRIC_MATCHERS_OBJECT);
  // The plugins above have given chai.expect the shape of ExpectStatic.
  const expect = Object.assign(
    check,
    chai.expect,
    asymmetric,
  ) as unknown as ExpectStatic;
  expect.getState = () => getState(expect);
  expect.setState = (state) => {
    setState(state, expect);
  };
  expect.extend = (matchers) => {
    (chai.expect as unknown as { extend: Extend }).extend(expect, matchers); // JestExtend's
  };
  expect.setState({ assertionCalls: 0, isExpectingAssertions: false });
  expect.extend(customMatchers);
  watchAssertions(guard);
  return expect;
}

/** In the assertion, not in `expect`: with `resolves` it comes later. */
function watchAssertions(guard: Guard): void {
  const prototype = chai.Assertion.prototype as object;
  const names = Object.getOwnPropertyNames(prototype).filter(
    (name) => name !== 'constructor' && name !== 'assert',
  );
  guard.watchMethods(prototype, names, guard.lookWell);
}
