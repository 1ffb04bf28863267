/** The ambient runtime. Objects take it when they are constructed. */

import { RealRuntime } from './real.ts';
import { RuntimeMisuse, type Runtime } from './seam.ts';

const real: Runtime = new RealRuntime();
let ambient: Runtime = real;

export function runtime(): Runtime {
  return ambient;
}

/** No other runtime than the real one is in use. */
export function isFree(): boolean {
  return ambient === real;
}

/**
 * Makes `next` the ambient runtime and returns the function that ends that.
 *
 * @throws {RuntimeMisuse} another runtime than the real one is in use
 */
export function useRuntime(next: Runtime): () => void {
  if (!isFree()) throw new RuntimeMisuse('another run is in progress');
  ambient = next;
  return () => {
    ambient = real;
  };
}
