/** The sections of the page at hand, and which of them is being read. */
import {
  computed,
  onBeforeUnmount,
  onMounted,
  ref,
  watch,
  type ComputedRef,
  type Ref,
} from 'vue';
import { useData } from 'vitepress';

export interface Section {
  readonly title: string;
  readonly link: string;
}

/** Pixels from the top where a section counts as begun: its head has been read. */
const line = 120;

export function useSections(): {
  sections: ComputedRef<readonly Section[]>;
  current: Ref<string | undefined>;
} {
  const { page } = useData();
  const sections = computed<readonly Section[]>(() =>
    page.value.headers.map(({ title, link }) => ({ title, link })),
  );
  const current = ref<string>();
  let waiting = false;

  function look(): void {
    waiting = false;
    current.value = sections.value.findLast(({ link }) => {
      const head = document.getElementById(link.slice(1));
      return head !== null && head.getBoundingClientRect().top < line;
    })?.link;
  }
  function onScroll(): void {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(look);
  }
  onMounted(() => {
    addEventListener('scroll', onScroll, { passive: true });
    look();
  });
  watch(sections, onScroll, { flush: 'post' });
  onBeforeUnmount(() => removeEventListener('scroll', onScroll));
  return { sections, current };
}
