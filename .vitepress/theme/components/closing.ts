/** A fold that lies over the page closes on Escape and on a press outside of it. */
import { onBeforeUnmount, onMounted, type Ref } from 'vue';

export function useClosing(box: Readonly<Ref<HTMLDetailsElement | null>>): void {
  function onPointer({ target }: PointerEvent): void {
    if (target instanceof Node && box.value?.contains(target) === true) return;
    if (box.value !== null) box.value.open = false;
  }
  /** Closes, and gives the keys back to what opened it. */
  function onEscape(event: KeyboardEvent): void {
    if (event.key !== 'Escape' || box.value?.open !== true) return;
    event.stopPropagation();
    box.value.open = false;
    box.value.querySelector('summary')?.focus();
  }
  onMounted(() => {
    document.addEventListener('pointerdown', onPointer);
    document.addEventListener('keydown', onEscape, { capture: true });
  });
  onBeforeUnmount(() => {
    document.removeEventListener('pointerdown', onPointer);
    document.removeEventListener('keydown', onEscape, { capture: true });
  });
}
