/**
 * How TypeScript looks at a reader's code, in the editor of the page, in the terminal and
 * in the gates: strict, and no more. Names that are not used yet, an `enum` or a parameter
 * property are no errors of theirs. In the words of a tsconfig file; the same stands in
 * `exercises/tsconfig.json`, for editors.
 */
export const learnerOptions = {
  target: 'ES2023',
  lib: ['ES2023'],
  types: [],
  module: 'ESNext',
  moduleResolution: 'Bundler',
  moduleDetection: 'force',
  allowImportingTsExtensions: true,
  isolatedModules: true,
  noEmit: true,
  strict: true,
  skipLibCheck: true,
} as const;

/** What stands around a reader's code beside the language itself: a worker's own names. */
export const learnerGlobals = `
interface Console {
  log(...values: unknown[]): void;
  info(...values: unknown[]): void;
  debug(...values: unknown[]): void;
  warn(...values: unknown[]): void;
  error(...values: unknown[]): void;
  group(...values: unknown[]): void;
  groupEnd(): void;
  table(value: unknown): void;
  dir(value: unknown): void;
  trace(...values: unknown[]): void;
  assert(condition?: boolean, ...values: unknown[]): void;
  count(label?: string): void;
  time(label?: string): void;
  timeEnd(label?: string): void;
}
declare var console: Console;
declare function setTimeout(run: (...given: any[]) => void, ms?: number, ...given: any[]): any;
declare function clearTimeout(timer: any): void;
declare function setInterval(run: (...given: any[]) => void, ms?: number, ...given: any[]): any;
declare function clearInterval(timer: any): void;
declare function queueMicrotask(run: () => void): void;
declare function structuredClone<T>(value: T): T;
declare var performance: { now(): number };
declare class TextEncoder {
  encode(text?: string): Uint8Array<ArrayBuffer>;
}
declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
  decode(bytes?: Uint8Array | ArrayBuffer): string;
}
declare class AbortSignal {
  readonly aborted: boolean;
  readonly reason: any;
}
declare class AbortController {
  readonly signal: AbortSignal;
  abort(reason?: any): void;
}
`;
