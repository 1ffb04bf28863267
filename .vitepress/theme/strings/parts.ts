import { computed, type ComputedRef } from 'vue';
import { useData } from 'vitepress';
import { parts, type PartStrings } from './parts.en.ts';

const byLocale: Readonly<Record<string, PartStrings>> = { root: parts };

/** Import it only from what pages load when they need it. */
export function usePartStrings(): ComputedRef<PartStrings> {
  const { localeIndex } = useData();
  return computed(() => byLocale[localeIndex.value] ?? parts);
}
