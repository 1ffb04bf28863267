/** Promises that failed and that nobody waited for, while the tests ran. */

import { judge } from './judge.ts';
import type { TestResult } from '../formats/schema-report.ts';
import { kitStrings } from '../words/strings.ts';

/** A promise that nobody waits for failed: the last test that passed did not. */
export function withRejections(
  tests: readonly TestResult[],
  rejections: readonly unknown[],
): readonly TestResult[] {
  const last = tests.at(-1);
  if (rejections.length === 0 || last?.verdict !== 'passed') return tests;
  const { message } = judge(rejections[0]);
  const text = kitStrings.thrown.unclaimed(message);
  return [...tests.slice(0, -1), { ...last, verdict: 'threw', message: text }];
}

interface RejectionHost {
  readonly addEventListener?: (
    type: string,
    listener: (event: { reason: unknown; preventDefault(): void }) => void,
  ) => void;
  readonly process?: {
    on(type: string, listener: (reason: unknown) => void): void;
    off(type: string, listener: (reason: unknown) => void): void;
  };
}

/** @returns stops listening */
export function onRejection(listener: (reason: unknown) => void): () => void {
  const host = globalThis as unknown as RejectionHost; // a worker of a page, or of Node
  if (host.process !== undefined) {
    const { process } = host;
    process.on('unhandledRejection', listener);
    return () => {
      process.off('unhandledRejection', listener);
    };
  }
  host.addEventListener?.('unhandledrejection', (event) => {
    event.preventDefault();
    listener(event.reason);
  });
  return () => undefined;
}
