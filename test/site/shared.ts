import 'vitest';

/** What the test files are told. */
export interface Shared {
  readonly dir: string;
  readonly base: string;
  readonly origin: string;
  /** Where the browser listens. */
  readonly browser: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    readonly site: Shared;
  }
}
