import { computed, type ComputedRef } from 'vue';
import { useData } from 'vitepress';
import { en, type Strings } from './en.ts';

/** By locale key of VitePress: `root` is English, `zh` would be the second. */
const byLocale: Readonly<Record<string, Strings>> = { root: en };

export function useStrings(): ComputedRef<Strings> {
  const { localeIndex } = useData();
  return computed(() => byLocale[localeIndex.value] ?? en);
}
