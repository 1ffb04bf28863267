/** Parts of a page that are held back until the reader asks for them. */
import { nextTick, onBeforeUnmount, onMounted, type Ref } from 'vue';

/**
 * A link into what is held back must lead there, a link to a step of its trace too.
 *
 * @param reveal shows what is in `held`
 */
export function revealForLinks(
  held: Readonly<Ref<HTMLElement | null>>,
  isHeld: () => boolean,
  reveal: () => void,
): void {
  function onHash(): void {
    if (!isHeld() || location.hash.length < 2) return;
    const name = decodeURIComponent(location.hash.slice(1));
    const target = /^[\w-]+=\d+$/.test(name)
      ? held.value?.querySelector('.pw-trace')
      : document.getElementById(name);
    if (target == null || held.value?.contains(target) !== true) return;
    reveal();
    void nextTick(() => {
      target.scrollIntoView();
    });
  }
  onMounted(() => {
    onHash();
    window.addEventListener('hashchange', onHash);
  });
  onBeforeUnmount(() => {
    window.removeEventListener('hashchange', onHash);
  });
}
