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
