/** Checks what a plugged-in run sends back; the reader's code was part of it. */
import {
  InvalidData,
  readFields,
  readList,
  readText,
} from '../../../exercises/kit/formats/schema.ts';

export interface LiveResult {
  /** In words, what came of the connection. */
  readonly outcome: string;
  /** Steps of its trace. */
  readonly steps: number;
}

/** @throws {InvalidData} something else came back */
export function readLiveResult(value: unknown): LiveResult {
  const fields = readFields(value, 'live');
  const { trace } = fields;
  return {
    outcome: readText(fields['outcome'], 'live.outcome', 4000),
    steps: trace === undefined ? 0 : stepsOf(trace),
  };
}

function stepsOf(trace: unknown): number {
  const { events } = readFields(trace, 'live.trace');
  return readList(events, 'live.trace.events', checkEvent, 20_000).length;
}

function checkEvent(event: unknown, path: string): number {
  const { t } = readFields(event, path);
  if (typeof t !== 'number') throw new InvalidData(`${path}.t`, 'a time is needed');
  return t;
}
