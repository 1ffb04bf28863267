/**
 * Lets a test say which step of its run an assertion speaks of, so that a failing one can
 * be opened there. Without a recording, both do nothing.
 */

import { toHex } from '#impl/bytes.ts';
import { runtime } from '#impl/csp/runtime.ts';
import type { Trace, TraceEvent } from '#impl/csp/trace.ts';
import { discMsg } from '#impl/p2p/base-protocol.ts';

/** The place of a step among those of a run; -1 if it is not there. */
export type Finder = (run: Pick<Trace, 'events' | 'bytes'>) => number;

/** What an assertion spoke of: a moment by its words, or a step that can be found. */
export type Spoken = string | Finder;

let spoken: Spoken | undefined;

/** Inside a run: this is the step that is called `words`. It is a step of the trace. */
export function moment(words: string): void {
  runtime().tracer?.emit('event', { v: words });
}

/**
 * In an assertion: it speaks of the moment `words`.
 *
 * @returns `message`, to be given to `expect`
 */
export function about(words: string, message: string): string {
  spoken = words;
  return message;
}

/** A run that is seen is opened at this step, whether the test passes or fails. */
export function opensAt(find: Finder): void {
  spoken = find;
}

/** Where `node` reads the message `bytes`. */
export function whereRead(node: string, bytes: Uint8Array): Finder {
  const hex = toHex(bytes);
  return (run) =>
    run.events.findLastIndex(({ n, msg, b }) => {
      return n === node && msg?.dir === 'in' && b !== undefined && run.bytes[b] === hex;
    });
}

/** Where `node` hears the last Disconnect, or is over; before the stop, if it lives till then. */
export function whereLeft(node: string): Finder {
  return ({ events }) => {
    const stop = events.findIndex(({ go }) => go?.task === 'stop');
    const lived = stop < 0 ? events : events.slice(0, stop);
    //: A script that comes back is another node in the trace: B#2.
    const isIts = ({ n }: TraceEvent): boolean =>
      n === node || n.startsWith(`${node}#`);
    const heard = lived.findLastIndex(
      (event) => isIts(event) && event.msg?.dir === 'in' && event.msg.code === discMsg,
    );
    if (heard >= 0) return heard;
    const over = lived.findLastIndex((event) => isIts(event) && event.e === 'end');
    return over < 0 ? lived.length - 1 : over;
  };
}

/** What the last assertion spoke of, since this was asked last. */
export function spokenOf(): Spoken | undefined {
  const words = spoken;
  spoken = undefined;
  return words;
}
