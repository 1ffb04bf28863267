/** Components that wake as pieces of a page. */
import { defineAsyncComponent, type Component } from 'vue';
import { createPieces, type Host } from './waking.ts';

/** What a reader does, or a script for them, before anything that was drawn can answer. */
const acts = ['pointerdown', 'keydown', 'click', 'popstate', 'hashchange'] as const;

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
