/** What of the reader's own run can be looked at, step by step. */
import type { Trace } from '../../../impl/csp/trace.ts';
import type { OwnSource } from '../../lab/player-data.ts';

export { canSee } from '../../../exercises/kit/formats/opened.ts';

export type Seen =
  | { readonly kind: 'test'; readonly test: string; readonly code: string }
  | { readonly kind: 'live'; readonly code: string };

/** Lines of the reader's file at a step. */
export interface InUse {
  /** Where tasks stand after it, whoever moved last first: what the editor lights. */
  readonly lines: readonly number[];
  /** That of the task which acts, if it is one of these. */
  readonly acting: number | undefined;
}

export function linesInUse(trace: Trace, file: string): readonly InUse[] {
  const standing = new Map<string, number>(); // task to line; BOUNDED by the tasks alive
  return trace.events.map(({ n, k, e, src, from }) => {
    const task = `${n}/${k}`;
    // Where ours is at work for theirs, the line of theirs that called it.
    const own = [src, from].find((place) => place?.startsWith(`${file}:`));
    standing.delete(task);
    if (own !== undefined && e !== 'end')
      standing.set(task, Number(own.slice(file.length + 1)));
    return {
      lines: [...new Set([...standing.values()].reverse())],
      acting: standing.get(task),
    };
  });
}

/** The file in which a reader's lines stand: theirs, or what was made of their pieces. */
export function fileOfReader(trace: Trace, file: string): string {
  return Object.keys(trace.head.sources ?? {}).find(isMade) ?? file;
}

/** What brings its own text: the reader's file first, or what was made of their lines. */
export function ownSources(trace: Trace): readonly OwnSource[] {
  return Object.entries(trace.head.sources ?? {})
    .map(([file, text]) => ({ file, text }))
    .sort((a, b) => Number(isMade(b.file)) - Number(isMade(a.file)));
}

function isMade(file: string): boolean {
  return file.endsWith('/assembled.ts');
}
