/**
 * Parts of a page that the server has written, and whose code is fetched only when they
 * are wanted. Vue postpones the waking of an asynchronous component but loads it at once;
 * so what is postponed here is a shell around it, and the loading begins inside.
 */
import {
  defineAsyncComponent,
  hydrateOnVisible,
  type AsyncComponentLoader,
  type Component,
  type HydrationStrategy,
} from 'vue';

function inside(loader: AsyncComponentLoader, hydrate: HydrationStrategy): Component {
  const part = defineAsyncComponent(loader);
  return defineAsyncComponent({ loader: () => Promise.resolve(part), hydrate });
}

/** A text that stays as the server wrote it. Reached by a click, it is made here. */
export function still(loader: AsyncComponentLoader): Component {
  return inside(loader, () => undefined);
}

/** It wakes when it is nearly in sight. */
export function whenNear(
  loader: AsyncComponentLoader,
  rootMargin = '600px',
): Component {
  return inside(loader, hydrateOnVisible({ rootMargin }));
}

/** Signs that a reader is there; a page that is only open gives none of them. */
const signs = [
  'pointerdown',
  'pointermove',
  'wheel',
  'scroll',
  'keydown',
  'focusin',
  'hashchange',
];
const waiting = new Set<() => void>(); // BOUNDED by the parts of the page
let isHere = false;
let isListening = false;

/** From the first part on: a sign counts, though the part may not be near yet. */
function listen(): void {
  if (isListening) return;
  isListening = true;
  for (const sign of signs)
    addEventListener(sign, here, { capture: true, passive: true });
}
function here(): void {
  isHere = true;
  for (const sign of signs) removeEventListener(sign, here, { capture: true });
  for (const run of waiting) run();
  waiting.clear();
}

/** Once, when somebody is there. Gives what ends the waiting. */
function onceHere(run: () => void): () => void {
  if (isHere) {
    run();
    return () => undefined;
  }
  waiting.add(run);
  return () => {
    waiting.delete(run);
  };
}

/**
 * It is whole as the server wrote it, and wakes when it is nearly in sight of somebody.
 *
 * @param isAsked the address asks for it: it does not wait for a sign
 */
export function whenWatched(
  loader: AsyncComponentLoader,
  rootMargin: string,
  isAsked: () => boolean,
): Component {
  return inside(loader, (wake, forEach) => {
    const leaves: (() => void)[] = [];
    listen();
    forEach((element) => {
      leaves.push(
        onceNear(element, rootMargin, () => {
          if (isAsked()) wake();
          else leaves.push(onceHere(wake));
        }),
      );
      return false; // a part is one element, or begins with it
    });
    return () => {
      for (const leave of leaves) leave();
    };
  });
}

/** The page comes first: this is done when there is nothing else to do. */
export function whenIdle(run: () => void): void {
  if (typeof requestIdleCallback === 'function') {
    requestIdleCallback(run, { timeout: 1500 });
  } else setTimeout(run, 200);
}

/** Once, when an element is nearly in sight. Gives what ends the waiting. */
export function onceNear(
  element: Element,
  rootMargin: string,
  run: () => void,
): () => void {
  const observer = new IntersectionObserver(
    (entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      observer.disconnect();
      run();
    },
    { rootMargin },
  );
  observer.observe(element);
  return () => {
    observer.disconnect();
  };
}
