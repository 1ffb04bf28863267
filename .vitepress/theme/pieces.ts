/**
 * What the server has written wakes piece by piece, each in a task of its own, so that a
 * slow phone can scroll in between. A reader who acts meanwhile wakes all of it at once,
 * and what they pressed answers.
 */
import { defineAsyncComponent, type Component } from 'vue';

/** What a reader does, or a script for them, before anything that was drawn can answer. */
const acts = ['pointerdown', 'keydown', 'click', 'popstate', 'hashchange'] as const;

/** A task may begin another piece as long as it has not run for longer than this. */
const budgetMs = 3;

interface Host {
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

function browser(): Host {
  // Not a timer: in a tab behind others each of those waits for a second.
  const { port1, port2 } = new MessageChannel();
  let posted: (() => void)[] = [];
  port1.onmessage = () => {
    const runs = posted;
    posted = [];
    for (const run of runs) run();
  };
  return {
    post(run) {
      posted.push(run);
      port2.postMessage(undefined);
    },
    now: () => performance.now(),
    onAct(run) {
      for (const act of acts) addEventListener(act, run, { capture: true });
      return () => {
        for (const act of acts) removeEventListener(act, run, { capture: true });
      };
    },
  };
}

let add: ReturnType<typeof createPieces> | undefined;

/**
 * The component, which wakes as a piece. It must draw what the server has drawn until it
 * is mounted, whatever others have found out by then.
 */
export function piece(component: Component): Component {
  const part = defineAsyncComponent({
    loader: () => Promise.resolve(component),
    hydrate: (wake) => (add ??= createPieces(browser()))(wake),
  });
  // It is here already: a page that was reached by a click draws it with the rest.
  void (part as { __asyncLoader?: () => Promise<unknown> }).__asyncLoader?.();
  return part;
}
