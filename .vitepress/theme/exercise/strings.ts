import { computed, type ComputedRef } from 'vue';
import { useData } from 'vitepress';
import { en, type ExerciseStrings } from './strings.en.ts';

const byLocale: Readonly<Record<string, ExerciseStrings>> = { root: en };

export function useExerciseStrings(): ComputedRef<ExerciseStrings> {
  const { localeIndex } = useData();
  return computed(() => byLocale[localeIndex.value] ?? en);
}
