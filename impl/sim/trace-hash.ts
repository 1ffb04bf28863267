/** Two runs are the same run if this is the same: everything but the source lines. */

import { sha256 } from '#crypto';
import { toHex, utf8 } from '../bytes.ts';
import type { Trace, TraceEvent } from '../csp/trace.ts';

export function traceHash({ head, events, bytes }: Trace): string {
  const { scenario, seed, schedule } = head;
  const lines = [{ scenario, seed, schedule }, ...events.map(withoutSource), { bytes }];
  return toHex(sha256(utf8(lines.map((line) => JSON.stringify(line)).join('\n'))));
}

function withoutSource(event: TraceEvent): TraceEvent {
  const entries = Object.entries(event).filter(
    ([key]) => key !== 'src' && key !== 'from',
  );
  return Object.fromEntries(entries) as unknown as TraceEvent; // both are optional
}
