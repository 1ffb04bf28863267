declare module 'virtual:peerwalk-runner' {
  /** Site path of the worker's script, with the hash of its text. */
  export const workerPath: string;
  /** The larger script, for a live connection. */
  export const livePath: string;
}

declare module 'virtual:peerwalk-solutions' {
  const loaders: Readonly<Record<string, () => Promise<{ default: string }>>>;
  export default loaders;
}
