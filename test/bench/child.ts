/** A process of the bench: does what its parent asks, and ends with it. */

import { Work, type Answer, type Call } from './work.ts';

// The parent's types hold a name and its arguments together; here both only pass.
const methods = new Work() as unknown as Record<
  Call['name'],
  (...args: readonly unknown[]) => unknown
>;

process.on('disconnect', () => process.exit(0));
process.on('message', (call: Call) => {
  answer(call).then(
    (message) => process.send?.(message),
    () => process.exit(1),
  );
});

async function answer({ id, name, args }: Call): Promise<Answer> {
  try {
    return { id, result: await methods[name](...args) };
  } catch (error) {
    return { id, error: error instanceof Error ? (error.stack ?? error.message) : '?' };
  }
}
