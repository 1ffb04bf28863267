/**
 * What the server has written wakes piece by piece, each in a task of its own, so that a
 * slow phone can scroll in between. A reader who acts meanwhile wakes all of it at once,
 * and what they pressed answers.
 */

/** A task may begin another piece as long as it has not run for longer than this. */
const budgetMs = 3;

export interface Host {
  /** Runs it in a task of its own, soon. */
  readonly post: (run: () => void) => void;
  readonly now: () => number;
  /** Calls it when the reader acts; gives what ends that. */
  readonly onAct: (run: () => void) => () => void;
}

/** Pieces that wait, in the order of the page. Gives what adds one; that, what takes it out. */
export function createPieces(host: Host): (wake: () => void) => () => void {
  const waiting = new Set<() => void>(); // BOUNDED by the pieces of a page
  let leave: (() => void) | undefined;

  function next(): void {
    const [wake] = waiting;
    if (wake === undefined) return;
    waiting.delete(wake);
    wake(); // may add the pieces inside it
  }
  function settle(): void {
    if (waiting.size > 0) host.post(work);
    else {
      leave?.();
      leave = undefined;
    }
  }
  function work(): void {
    const begun = host.now();
    try {
      do next();
      while (waiting.size > 0 && host.now() - begun < budgetMs);
    } finally {
      settle(); // the others wake, though one has failed
    }
  }
  function all(): void {
    while (waiting.size > 0) next();
  }

  return (wake) => {
    waiting.add(wake);
    if (leave === undefined) {
      leave = host.onAct(all);
      host.post(work);
    }
    return () => waiting.delete(wake);
  };
}
