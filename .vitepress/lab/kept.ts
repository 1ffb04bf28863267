/**
 * A player is fetched when somebody is there to use it, and their first press may be one
 * of its buttons. It is kept, and made again when the player answers.
 */
import { onBeforeUnmount, onMounted, type Ref } from 'vue';

interface Press {
  readonly event: Event;
  readonly target: Element;
  /** Of a scrubber or a list, which the waking player sets back. */
  readonly value: string | undefined;
}

const kinds = ['click', 'input', 'change'] as const;

/** What a press on it is told as. */
function kindOf(target: Element): (typeof kinds)[number] {
  if (target.matches('input')) return 'input';
  return target.matches('select') ? 'change' : 'click';
}

function isValued(target: Element): target is HTMLInputElement | HTMLSelectElement {
  return target.matches('input, select');
}

/**
 * Keeps the last press on a player that is asleep in `panel`. Call in `setup`.
 *
 * @returns what is called when the player is awake
 */
export function useKeptPress(panel: Readonly<Ref<HTMLElement | null>>): () => void {
  let last: Press | undefined;

  function keep(event: Event): void {
    const { target } = event;
    if (!(target instanceof Element) || target.closest('.pw-trace') === null) return;
    if (event.type !== kindOf(target)) return;
    // A link and a fold answer by themselves: a second press would close the fold again.
    if (target.closest('a, summary') !== null) return;
    last = { event, target, value: isValued(target) ? target.value : undefined };
  }
  function leave(): void {
    for (const kind of kinds) panel.value?.removeEventListener(kind, keep, true);
  }
  onMounted(() => {
    for (const kind of kinds) panel.value?.addEventListener(kind, keep, true);
  });
  onBeforeUnmount(leave);

  return () => {
    leave();
    const press = last;
    last = undefined;
    if (press?.target.isConnected !== true) return;
    const { event, target, value } = press;
    if (value !== undefined && isValued(target)) target.value = value;
    const Again = event.constructor as new (type: string, like: Event) => Event;
    target.dispatchEvent(new Again(event.type, event));
  };
}
