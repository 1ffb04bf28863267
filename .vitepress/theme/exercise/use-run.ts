/** One run after the other of the reader's text, and what came of the last one. */
import { computed, onBeforeUnmount, ref, type ComputedRef, type Ref } from 'vue';
import type { ExercisePageData } from '../../../exercises/kit/page/page-data.ts';
import type { ExerciseProgress } from '../../../exercises/kit/formats/schema-progress.ts';
import {
  isSolved,
  stateAfter,
  type RunReport,
} from '../../../exercises/kit/formats/schema-report.ts';
import { sandboxPlaces } from './places.ts';
import { Sandbox, SandboxError, type Trouble } from './sandbox.ts';
import { updateProgress } from './store.ts';

export interface Runs {
  readonly report: Ref<RunReport | undefined>;
  /** The text that the report speaks of. */
  readonly ranText: Readonly<Ref<string>>;
  readonly stale: ComputedRef<boolean>;
  /** Name of the test that runs now; empty while it is not known. */
  readonly running: Readonly<Ref<string | undefined>>;
  /** Why nothing could be run. */
  readonly trouble: Readonly<Ref<Trouble | 'unknown' | undefined>>;
  /** From the order to the verdict, as the reader has waited. */
  readonly ms: Readonly<Ref<number>>;
  run(): Promise<void>;
  stop(): void;
  /** The reader is about to run: loads what a run needs. */
  near(): void;
}

/** Most tests are over sooner. Naming each of them would only delay the verdict. */
const namedAfterMs = 100;

export function useRun(
  exercise: ExercisePageData,
  text: Readonly<Ref<string>>,
  progress: ComputedRef<ExerciseProgress>,
): Runs {
  const report = ref<RunReport>();
  const ranText = ref('');
  const running = ref<string>();
  const trouble = ref<Trouble | 'unknown'>();
  const ms = ref(0);
  const sandbox = new Sandbox(sandboxPlaces(exercise.script, exercise.id));
  onBeforeUnmount(() => {
    sandbox.close();
  });

  async function run(): Promise<void> {
    if (running.value !== undefined) return;
    running.value = '';
    trouble.value = undefined;
    const begun = performance.now();
    const code = text.value;
    let name = '';
    const naming = setInterval(() => {
      running.value = name;
    }, namedAfterMs);
    try {
      const result = await sandbox.test(exercise.id, code, (answer) => {
        if (answer.type === 'started') name = answer.name;
      });
      report.value = result;
      ranText.value = code;
      ms.value = performance.now() - begun;
      remember(result);
    } catch (error) {
      report.value = undefined;
      trouble.value =
        error instanceof SandboxError ? (error.trouble ?? 'unknown') : 'unknown';
    }
    clearInterval(naming);
    running.value = undefined;
  }

  function remember(result: RunReport): void {
    const { state, attempts } = progress.value;
    const passed = isSolved(result);
    const next = stateAfter(state, result);
    // A failure of an answer that has passed before does not belong to the new tests.
    const hash = state === 'passed' && !passed ? {} : { hash: exercise.hash };
    updateProgress(exercise.id, { state: next, attempts: attempts + 1, ...hash });
  }

  return {
    report,
    ranText,
    stale: computed(() => report.value !== undefined && ranText.value !== text.value),
    running,
    trouble,
    ms,
    run,
    stop() {
      sandbox.stop();
    },
    near() {
      sandbox.warm().catch(() => undefined); // said when it is run, not before
    },
  };
}
