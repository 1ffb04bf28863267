/** What of the reader's own run can be looked at, step by step. */
import type { TestResult } from '../../../exercises/kit/formats/schema-report.ts';

export type Seen =
  | { readonly kind: 'test'; readonly test: string; readonly code: string }
  | { readonly kind: 'live'; readonly code: string };

/** Whether the run of this test can be recorded: not yet, for any. */
export function canSee(_test: TestResult): boolean {
  return false;
}
