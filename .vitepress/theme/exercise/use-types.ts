/** When the types of an editor are loaded, and what is said of them. */
import { onMounted, ref, type Ref } from 'vue';
import type { EditorView } from '@codemirror/view';
import type { EditorTypes } from './types-editor.ts';
import type { TypesState } from './types-client.ts';
import { useExerciseStrings } from './strings.ts';

/** `idle`: they come with the first key; `waits`: they come when they are asked for. */
export type TypesLineState = 'idle' | 'waits' | TypesState;

export interface Types {
  readonly state: Readonly<Ref<TypesLineState>>;
  readonly errors: Readonly<Ref<number>>;
  /** The reader has written something. */
  typed(view: EditorView): void;
  /** The reader asks for them. */
  load(view: EditorView): void;
  next(): void;
  close(): void;
}

/** A reader who saves data, or works on a phone, is asked before a megabyte is loaded. */
export function savesData(): boolean {
  const connection = Reflect.get(navigator, 'connection') as
    { readonly saveData?: boolean } | undefined; // not in every browser
  return connection?.saveData === true;
}

const phone = '(pointer: coarse), (max-width: 44rem)';

/** @param file path of the reader's file, from the root */
export function useTypes(file: string): Types {
  const strings = useExerciseStrings();
  const state = ref<TypesLineState>('idle');
  const errors = ref(0);
  let types: EditorTypes | undefined;
  let closed = false;

  onMounted(() => {
    if (savesData() || matchMedia(phone).matches) state.value = 'waits';
  });

  async function load(view: EditorView): Promise<void> {
    if (state.value === 'loading') return;
    state.value = 'loading';
    try {
      if (types !== undefined) {
        types.start();
        return;
      }
      const parts = await import('./types-editor.ts');
      if (closed) return;
      types = new parts.EditorTypes(view, {
        file,
        nothing: strings.value.types.nothing,
        onState: (now) => {
          state.value = now;
        },
        onCount: (count) => {
          errors.value = count;
        },
      });
      types.start();
    } catch {
      state.value = 'failed';
    }
  }

  return {
    state,
    errors,
    typed(view) {
      if (state.value === 'idle') void load(view);
    },
    load(view) {
      void load(view);
    },
    next() {
      types?.next();
    },
    close() {
      closed = true;
      types?.close();
    },
  };
}
