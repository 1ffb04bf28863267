/** The key that runs the tests, for the page of an exercise. */
import { onBeforeUnmount, onMounted } from 'vue';
import { asksForRun } from './run-key.ts';

/** Calls `run` for the key. Call in `setup`. */
export function useRunKey(run: () => void): void {
  function onKey(event: KeyboardEvent): void {
    const { target } = event;
    const onLink = target instanceof Element && target.closest('a[href]') !== null;
    const inDialog = document.querySelector('dialog[open]') !== null;
    if (!asksForRun(event, onLink, inDialog)) return;
    event.preventDefault();
    run();
  }
  // The last to hear of it: the editor, or a dialog, has taken it before.
  onMounted(() => {
    document.addEventListener('keydown', onKey);
  });
  onBeforeUnmount(() => {
    document.removeEventListener('keydown', onKey);
  });
}
