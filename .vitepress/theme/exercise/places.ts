/** Where the site keeps the sandbox's frame and the pieces of its scripts. */
import { withBase } from 'vitepress';
import { scripts } from 'virtual:peerwalk-runner';
import type { SandboxPlaces } from './sandbox.ts';

/** For the tests of one exercise; `whole` also runs two nodes and records. */
export function sandboxPlaces(
  kind: 'small' | 'whole',
  exercise: string,
): SandboxPlaces {
  const { base, own } = scripts[kind];
  return {
    frame: withBase('/runner/frame.html'),
    pieces: [withBase(base), withBase(own[exercise] ?? '')],
  };
}
