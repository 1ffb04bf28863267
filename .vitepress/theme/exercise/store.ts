/**
 * The reader's progress in this browser. What is stored is checked each time it is read;
 * what cannot be read is moved aside and reported, never overwritten.
 */
import { reactive, readonly } from 'vue';
import {
  emptyProgress,
  mergeProgress,
  newExercise,
  parseProgress,
  updateExercise,
  writeProgress,
  type ExerciseChange,
  type ExerciseProgress,
  type Progress,
} from '../../../exercises/kit/formats/schema-progress.ts';

const key = 'peerwalk-progress';

interface State {
  progress: Progress;
  /** The key under which unreadable progress was set aside. */
  setAside: string | undefined;
  /** Unreadable progress that the storage has no other place for. */
  kept: string | undefined;
  unsaved: boolean;
}

const state = reactive<State>({
  progress: emptyProgress,
  setAside: undefined,
  kept: undefined,
  unsaved: false,
});
let listening = false;

function read(): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null; // storage is forbidden: work without a memory
  }
}

/** What is stored now; what cannot be read is moved aside first. */
function stored(): Progress {
  const text = read();
  if (text === null || text === state.kept) return emptyProgress;
  try {
    return parseProgress(text);
  } catch {
    setAside(text);
    return emptyProgress;
  }
}

function setAside(text: string): void {
  const name = `${key}-set-aside-${new Date().toISOString().replaceAll(':', '-')}`;
  try {
    // Room is made first: two copies of a huge text may not fit.
    localStorage.removeItem(key);
    localStorage.setItem(name, text);
    state.setAside = name;
  } catch {
    keep(text);
  }
}

/** Until the reader has a copy, it stays where it was and nothing is saved over it. */
function keep(text: string): void {
  state.kept = text;
  try {
    localStorage.setItem(key, text);
  } catch {
    // Then this page has the only copy.
  }
}

/** The reader has exported what could not be read; saving begins again. */
export function releaseKept(): void {
  state.kept = undefined;
  save(state.progress);
}

function save(next: Progress): void {
  state.progress = next;
  if (state.kept !== undefined) {
    state.unsaved = true;
    return;
  }
  try {
    localStorage.setItem(key, writeProgress(next));
    state.unsaved = false;
  } catch {
    state.unsaved = true;
  }
}

/** Call in `onMounted`, never while rendering on the server. */
export function startStore(): void {
  if (listening) return;
  listening = true;
  state.progress = stored();
  window.addEventListener('storage', (event) => {
    if (event.key === key || event.key === null) state.progress = stored();
  });
  window.addEventListener('peerwalk-forget', () => {
    state.progress = emptyProgress;
    state.setAside = undefined;
    state.kept = undefined;
  });
}

export function useStore(): Readonly<State> {
  return readonly(state) as Readonly<State>; // the same data without its setters
}

export function exerciseProgress(id: string): ExerciseProgress {
  return state.progress.exercises[id] ?? newExercise;
}

/**
 * Changes one exercise. What another tab has written meanwhile is kept, but for the draft:
 * what is typed here and now is the newest, whatever the clock of a stored one says.
 */
export function updateProgress(id: string, change: ExerciseChange): void {
  const theirs = stored();
  const timed =
    'draft' in change ? { ...change, draftAt: timeAfter(id, theirs) } : change;
  const ours = updateExercise(state.progress, id, timed);
  save(mergeProgress(ours, theirs));
}

function timeAfter(id: string, theirs: Progress): number {
  const known = [state.progress, theirs].map(
    ({ exercises }) => exercises[id]?.draftAt ?? 0,
  );
  return Math.min(
    Number.MAX_SAFE_INTEGER,
    Math.max(Date.now(), ...known.map((at) => at + 1)),
  );
}

export function dismissNotices(): void {
  state.setAside = undefined;
  state.unsaved = false;
}

export function exportProgress(): string {
  return writeProgress(state.progress);
}

/** @throws {InvalidData} the text is no progress file; nothing is changed then */
export function importProgress(text: string): void {
  save(mergeProgress(state.progress, parseProgress(text, 'the file')));
}
