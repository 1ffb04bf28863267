/** The messages of a run in the order in which they were sent: its overview. */
import { crossingOf, type TraceModel } from './model.ts';

export interface LadderMessage {
  readonly from: string;
  readonly to: string;
  readonly name: string;
  readonly size: number;
  /** Milliseconds since the run began, when it was sent. */
  readonly t: number;
  /** The step in which it is sent, and the one in which it is heard. */
  readonly sent: number;
  readonly heard: number;
}

export interface Ladder {
  readonly nodes: readonly string[];
  readonly messages: readonly LadderMessage[];
}

export function ladderOf({ nodes, links, trace }: TraceModel): Ladder {
  const messages = links
    .filter(({ kind }) => kind === 'message')
    .map(({ from, to, label }): LadderMessage => {
      const [sent, heard] = [trace.events[from], trace.events[to]];
      return {
        from: sent?.n ?? '',
        to: heard?.n ?? '',
        name: label,
        size: (sent && crossingOf(sent)?.size) ?? 0,
        t: sent?.t ?? 0,
        sent: from,
        heard: to,
      };
    });
  return { nodes, messages };
}

/** How many messages stand in a picture; a longer run shows those around its step. */
export const ladderRoom = 16;

/** The first message of the picture, so that the one at `step` stands in it. */
export function ladderStart(messages: readonly LadderMessage[], step: number): number {
  const at = messages.findLastIndex(({ sent }) => sent <= step);
  const most = Math.max(0, messages.length - ladderRoom);
  return Math.min(most, Math.max(0, at - ladderRoom + 3));
}
