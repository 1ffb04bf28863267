/** What this browser remembers of the exercises, for pages that only look. */
import { onMounted, readonly, ref, type Ref } from 'vue';
import { onForget } from '../progress.ts';

export type ExerciseStates = Readonly<Record<string, string>>;

/** The state by exercise id; empty on the server. Call in `setup`. */
export function useExerciseStates(): Readonly<Ref<ExerciseStates>> {
  const states = ref<ExerciseStates>({});
  function read(): void {
    states.value = stored();
  }
  onMounted(() => {
    read();
    onForget(read);
  });
  return readonly(states);
}

/** The store behind the exercise page owns and repairs what is kept. */
function stored(): ExerciseStates {
  const found: Record<string, string> = {};
  try {
    const progress: unknown = JSON.parse(
      localStorage.getItem('peerwalk-progress') ?? '{}',
    );
    const exercises = (
      progress as { exercises?: Record<string, { state?: unknown }> } | null
    )?.exercises;
    for (const [id, entry] of Object.entries(exercises ?? {})) {
      if (typeof entry.state === 'string') found[id] = entry.state;
    }
  } catch {
    // Forbidden or damaged: every exercise is new.
  }
  return found;
}
