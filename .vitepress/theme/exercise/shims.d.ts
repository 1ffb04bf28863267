declare module 'virtual:peerwalk-runner' {
  /** Site path of the worker's script, with the hash of its text. */
  export const workerPath: string;
  /** Whether plugging in is possible in this build. */
  export const live: boolean;
}

declare module 'virtual:peerwalk-solutions' {
  const loaders: Readonly<Record<string, () => Promise<{ default: string }>>>;
  export default loaders;
}
