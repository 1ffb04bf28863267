/** The answers to predictions that this browser remembers. */
import { computed, onMounted, reactive, ref, type ComputedRef } from 'vue';
import { onForget } from '../progress.ts';
import { parseAnswers, type Answer, type Answers } from './predictions.ts';

const storageKey = 'peerwalk-predictions';

const answers = reactive<Record<string, Answer>>({});
let listens = false;

function load(text: string | null): void {
  const found = parseAnswers(text);
  for (const id of Object.keys(answers)) if (!(id in found)) delete answers[id];
  Object.assign(answers, found);
}

function loadAnswers(): void {
  if (listens) return;
  listens = true;
  try {
    load(localStorage.getItem(storageKey));
  } catch {
    // Storage is forbidden: every question is new.
  }
  window.addEventListener('storage', (event) => {
    if (event.key === storageKey || event.key === null) load(event.newValue);
  });
  onForget(() => {
    load(null);
  });
}

const none: Answers = {};

/**
 * Call in `setup`. Until the part is mounted nothing is answered, as on the server: it may
 * wake after another has read what is stored.
 */
export function useAnswers(): ComputedRef<Answers> {
  const isMounted = ref(false);
  onMounted(() => {
    loadAnswers();
    isMounted.value = true;
  });
  return computed(() => (isMounted.value ? answers : none));
}

/** @param answer undefined: ask again */
export function keepAnswer(id: string, answer: Answer | undefined): void {
  if (answer === undefined) delete answers[id];
  else answers[id] = answer;
  try {
    localStorage.setItem(storageKey, JSON.stringify({ version: 1, answers }));
  } catch {
    // Full or forbidden: the answer holds until the page is left.
  }
}
