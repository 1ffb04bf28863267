/** The reader's text of one exercise: kept as it is typed, and shared with other tabs. */
import { computed, onMounted, ref, watch, type ComputedRef, type Ref } from 'vue';
import type { ExercisePageData } from '../../../exercises/kit/page/page-data.ts';
import type { ExerciseProgress } from '../../../exercises/kit/formats/schema-progress.ts';
import { exerciseProgress, startStore, updateProgress, useStore } from './store.ts';

export interface Draft {
  readonly text: Ref<string>;
  readonly mounted: Readonly<Ref<boolean>>;
  readonly progress: ComputedRef<ExerciseProgress>;
  /** Why the text could not be kept, in the words of the format. */
  readonly unkept: Readonly<Ref<string | undefined>>;
}

export function useDraft({ id, starter }: ExercisePageData): Draft {
  const store = useStore();
  const text = ref(starter);
  const mounted = ref(false);
  const unkept = ref<string>();
  const progress = computed(() => store.progress.exercises[id] ?? exerciseProgress(id));

  onMounted(() => {
    startStore();
    text.value = progress.value.draft ?? starter;
    mounted.value = true;
  });

  // Another tab, or an imported file. A reset is a change too: it has a time and no draft.
  watch([() => progress.value.draft, () => progress.value.draftAt], ([draft]) => {
    if (mounted.value) text.value = draft ?? starter;
  });

  watch(
    text,
    (written) => {
      if (!mounted.value || written === (progress.value.draft ?? starter)) return;
      try {
        updateProgress(id, { draft: written === starter ? undefined : written });
        unkept.value = undefined;
      } catch (error) {
        unkept.value = error instanceof Error ? error.message : String(error);
      }
    },
    { flush: 'sync' },
  );
  return { text, mounted, progress, unkept };
}
