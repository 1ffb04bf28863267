/** What a reader's file makes while it is loaded, before any run of tasks. */

import type { Runtime } from '#impl/csp/seam.ts';
import { kitStrings } from '../words/strings.ts';
import type { Registry } from './registry.ts';

const runtimeModule = 'impl/csp/runtime.ts';
const seamModule = 'impl/csp/seam.ts';

type Ambient = typeof import('#impl/csp/runtime.ts');
type Seam = typeof import('#impl/csp/seam.ts');

/** What only a run can do. */
const later = new Set<string | symbol>([
  'spawn',
  'suspend',
  'ready',
  'pause',
  'startTimer',
  'external',
] satisfies (keyof Runtime)[]);

/**
 * A channel or a WaitGroup belongs to the run in which it is made. One of the top of the
 * file would go by the clock of the host, beside the tests, and what it does would look
 * like a missing `await`. Who uses it is told where it should be made.
 */
export function beforeAnyRun<T>(registry: Registry, load: () => T): T {
  if (!registry.has(runtimeModule)) return load();
  const { runtime, useRuntime } = registry.require(runtimeModule) as Ambient;
  const { RuntimeMisuse } = registry.require(seamModule) as Seam;
  const refuse = (): never => {
    throw new RuntimeMisuse(kitStrings.tasks.madeEarly);
  };
  const early = new Proxy(runtime(), {
    get(host, name) {
      if (later.has(name)) return refuse;
      const value: unknown = Reflect.get(host, name);
      return typeof value === 'function' ? (value.bind(host) as unknown) : value;
    },
  });
  const end = useRuntime(early);
  try {
    return load();
  } finally {
    end();
  }
}
