/**
 * A link to a step stands in a sentence, and its reader wants to stay there: a player
 * that is out of sight comes to the edge of the window, small, and leaves again. Who
 * comes to the page by such a link is brought to the player in its place instead.
 */
import { nextTick, onBeforeUnmount, onMounted, ref, type Ref } from 'vue';

export interface Dock {
  readonly docked: Ref<boolean>;
  /** Pixels that the player leaves free in its place while it is away. */
  readonly place: Ref<number>;
  /** Back to its place; the reader stays. */
  undock(): void;
  /** Back to its place, and the reader with it. */
  follow(): void;
}

/** @param anchor as the address names the step: `t` in `#t=41` */
export function useDock(
  box: Readonly<Ref<HTMLElement | null>>,
  panel: Readonly<Ref<HTMLElement | null>>,
  anchor: string,
): Dock {
  const docked = ref(false);
  const place = ref(0);
  const wanted = new RegExp(`^#${anchor}=\\d+$`);
  let clicked: Element | undefined;

  function isInSight(): boolean {
    const bounds = box.value?.getBoundingClientRect();
    if (bounds === undefined) return false;
    const seen = Math.min(bounds.bottom, innerHeight) - Math.max(bounds.top, 0);
    return seen >= 0.7 * Math.min(bounds.height, innerHeight);
  }
  function toPlace(): void {
    const height = box.value?.getBoundingClientRect().height ?? 0;
    box.value?.scrollIntoView({ block: height < innerHeight ? 'center' : 'start' });
  }
  function dock(): void {
    if (docked.value || isInSight()) return;
    place.value = box.value?.getBoundingClientRect().height ?? 0;
    docked.value = true;
    void nextTick(keepSentence);
  }
  /** The sentence that asked must not lie under the answer. */
  function keepSentence(): void {
    const link = clicked?.getBoundingClientRect();
    const over = panel.value?.getBoundingClientRect();
    if (link === undefined || over === undefined) return;
    const covers = link.bottom > over.top - 16 && link.right > over.left;
    if (covers) scrollBy({ top: link.bottom - over.top + 48 });
  }
  function undock(): void {
    docked.value = false;
  }
  function follow(): void {
    undock();
    void nextTick(toPlace);
  }

  function onHash(): void {
    if (wanted.test(location.hash)) dock();
  }
  function onClick({ target }: MouseEvent): void {
    const link = target instanceof Element ? target.closest('a.pw-step') : null;
    const hash = link?.getAttribute('href') ?? '';
    if (link === null || !wanted.test(hash)) return;
    clicked = link;
    // The address stays what it is, and would tell nobody.
    if (hash === location.hash) dispatchEvent(new HashChangeEvent('hashchange'));
  }
  function onKey({ key }: KeyboardEvent): void {
    if (key === 'Escape') undock();
  }

  onMounted(() => {
    addEventListener('hashchange', onHash);
    document.addEventListener('click', onClick, { capture: true });
    document.addEventListener('keydown', onKey);
    if (wanted.test(location.hash) && !isInSight()) toPlace();
  });
  onBeforeUnmount(() => {
    removeEventListener('hashchange', onHash);
    document.removeEventListener('click', onClick, { capture: true });
    document.removeEventListener('keydown', onKey);
  });
  return { docked, place, undock, follow };
}
