/** A run's ending in words. */
import type { Outcome, Run } from '../../data/outcomes.ts';
import type { PartStrings } from '../strings/parts.en.ts';

type Ending = Outcome['endings'][number]['ending'];

/** What a scenario is about; a table shows those of one topic. */
export const topics = ['codes', 'hello', 'sorts', 'waits', 'token', 'endings'] as const;
export type Topic = (typeof topics)[number];

export function topicOf(name: string): Topic {
  return topics.find((topic) => name.startsWith(`${topic}-`)) ?? 'endings';
}

/** Runs that an exercise asks about: no table tells how they end. */
const askedLater: ReadonlySet<string> = new Set(['waits-table']);

export function isShownFor(topic: Topic, name: string): boolean {
  return topicOf(name) === topic && !askedLater.has(name);
}

export function duration(ms: number): string {
  return ms >= 1000 ? `${ms / 1000} s` : `${ms} ms`;
}

/** A's own error; a peer that is not struck off yet has none to report. */
export function ownError(ending: Ending, { outcomes }: PartStrings): string {
  if (ending.error !== undefined) return ending.error;
  return ending.cause === undefined ? outcomes.noError : outcomes.notOver;
}

/** What the remote hears, `Disconnect 4, “too many peers”`. */
export function heard(
  ending: Ending,
  strings: PartStrings,
  topic: Topic = 'endings',
): string {
  const { outcomes } = strings;
  if (ending.heard !== undefined) {
    return outcomes.disconnect(ending.heard, ending.heardText ?? '');
  }
  // The end of a peer has a cause; what never was one can end as well.
  if (ending.cause !== undefined || ending.endedAtMs !== undefined)
    return outcomes.nothing;
  // Where codes are the matter, so are those of protocols.
  const answers = ending.codes.filter((code) => code < 16 || topic === 'codes');
  const listed = answers.toSorted((a, b) => a - b).join(', ');
  return listed === '' ? outcomes.none : outcomes.message(listed);
}

/** When the remote saw the end, or A, where the remote never looked. */
export function when(ending: Ending, strings: PartStrings): string {
  const ms = ending.endedAtMs ?? ending.leftAtMs;
  return ms === undefined ? strings.outcomes.stays : duration(ms);
}

export function command(name: string, { seed, schedule }: Run): string {
  const order = schedule === undefined ? ` --seed ${seed}` : ' --schedule 0';
  return `npm run -s lab -- ${name}${order}`;
}
