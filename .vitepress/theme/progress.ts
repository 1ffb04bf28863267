/**
 * What this browser remembers of the reading: the last page, and which chapters were
 * begun and read to the end. The exercises keep their own store. Everything that comes
 * out of storage is checked: another version, a user or an extension may have written it.
 */
import { reactive, readonly } from 'vue';

const key = 'peerwalk-reading';
const maxEntries = 200;

export interface Reading {
  readonly last?: { readonly path: string; readonly title: string };
  readonly begun: readonly string[];
  readonly read: readonly string[];
}

interface State {
  last?: { path: string; title: string };
  begun: string[];
  read: string[];
}

const state = reactive<State>({ begun: [], read: [] });
let loaded = false;

function isPath(value: unknown): value is string {
  return typeof value === 'string' && /^\/[\w\-/.]*$/.test(value) && value.length < 200;
}

function paths(value: unknown): string[] {
  if (!Array.isArray(value)) return [];
  return [...new Set(value.filter(isPath))].slice(0, maxEntries);
}

export function parseReading(text: string | null): State {
  const empty: State = { begun: [], read: [] };
  if (text === null) return empty;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return empty; // nothing here is worth more than a bookmark, so it starts again
  }
  if (typeof value !== 'object' || value === null) return empty;
  const found = value as Readonly<Record<string, unknown>>; // checked: an object
  if (found['version'] !== 1) return empty;
  const last = found['last'];
  const result: State = { begun: paths(found['begun']), read: paths(found['read']) };
  if (typeof last === 'object' && last !== null) {
    const { path, title } = last as Readonly<Record<string, unknown>>; // checked: an object
    if (isPath(path) && typeof title === 'string') {
      result.last = { path, title: title.slice(0, 120) };
    }
  }
  return result;
}

function load(text: string | null): void {
  const found = parseReading(text);
  state.begun = found.begun;
  state.read = found.read;
  if (found.last === undefined) delete state.last;
  else state.last = found.last;
}

function save(): void {
  try {
    localStorage.setItem(key, JSON.stringify({ version: 1, ...state }));
  } catch {
    // Storage may be full or forbidden; the page works the same without a memory.
  }
}

/** Call in `onMounted`, never while rendering on the server. */
export function useReading(): Reading {
  if (!loaded && typeof window !== 'undefined') {
    loaded = true;
    try {
      load(localStorage.getItem(key));
    } catch {
      // Storage is forbidden: start without a memory.
    }
    window.addEventListener('storage', (event) => {
      if (event.key === key || event.key === null) load(event.newValue);
    });
  }
  return readonly(state) as Reading; // the same data without its setters
}

export function remember(path: string, title: string): void {
  useReading();
  state.last = { path, title };
  if (!state.begun.includes(path)) state.begun.push(path);
  save();
}

export function markRead(path: string): void {
  if (state.read.includes(path)) return;
  state.read.push(path);
  save();
}

const forgetHooks = new Set<() => void>();

/** Another store registers here what it must drop; returns how to leave. */
export function onForget(hook: () => void): () => void {
  forgetHooks.add(hook);
  return () => forgetHooks.delete(hook);
}

/** Removes all that this site remembers in this browser, whoever wrote it. */
export function clearAll(): void {
  try {
    for (const name of Object.keys(localStorage)) {
      if (name.startsWith('peerwalk-')) localStorage.removeItem(name);
    }
  } catch {
    // Storage is forbidden: then nothing is remembered.
  }
  load(null);
  for (const hook of forgetHooks) hook();
  window.dispatchEvent(new CustomEvent('peerwalk-forget'));
}
