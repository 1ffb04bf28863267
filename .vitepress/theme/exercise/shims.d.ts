declare module 'virtual:peerwalk-runner' {
  import type { ScriptPlaces } from './sandbox.ts';

  /** Site paths of the pieces, with the hashes of their texts. */
  export const scripts: Readonly<Record<'small' | 'whole', ScriptPlaces>>;
}

declare module 'virtual:peerwalk-solutions' {
  import type { ShownSolution } from './shown-solution.ts';

  const loaders: Readonly<Record<string, () => Promise<{ default: ShownSolution }>>>;
  export default loaders;
}

declare module 'virtual:peerwalk-tests' {
  /** The text of an exercise's tests, by its id. */
  const loaders: Readonly<Record<string, () => Promise<{ default: string }>>>;
  export default loaders;
}

declare module 'virtual:peerwalk-types' {
  /** Site paths of the types' worker and of its texts, with hashes. */
  export const places: { readonly worker: string; readonly texts: string };
  /** Compressed, both together; not known in development. */
  export const bytes: number | undefined;
}
