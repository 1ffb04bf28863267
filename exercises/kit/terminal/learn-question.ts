/** What `learn` is asked on its command line. */

import { parseArgs } from 'node:util';
import { learnStrings } from '../words/learn-strings.ts';

export const help = `npm run learn [-- EXERCISE] [-- --once [--trace]]

Runs the exercise that you go on with, or EXERCISE (E05, e5, 05-hello-bytes), whenever its
exercise.ts is saved. With --once it runs once and ends: exit code 0 if all tests pass.
--trace then also writes the run to a file that the site plays.

keys:
  ${learnStrings.allKeys.join('\n  ')}`;

export interface Question {
  readonly wanted: string | undefined;
  readonly once: boolean;
  readonly trace: boolean;
  readonly help: boolean;
}

/** @throws {RangeError} an option that there is not, or two exercises */
export function readQuestion(args: string[]): Question {
  let parsed;
  try {
    const options = {
      once: { type: 'boolean' },
      trace: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    } as const;
    parsed = parseArgs({ args, allowPositionals: true, options });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new RangeError(message.split('. ')[0] ?? message);
  }
  const [wanted, second] = parsed.positionals;
  if (second !== undefined) throw new RangeError('one exercise at a time');
  const { once = false, trace = false, help = false } = parsed.values;
  if (trace && !once)
    throw new RangeError('--trace goes with --once; else t writes it');
  return { wanted, once, trace, help };
}
