/** What `learn` is asked on its command line. */

import { learnStrings } from '../words/learn-strings.ts';
import { readOptions } from './options.ts';

export const help = `Usage: npm run learn [-- EXERCISE] [-- --once [--trace]]

Runs the exercise that you go on with, or EXERCISE (E05, e5, 05-hello-bytes),
whenever its exercise.ts is saved.

  --once   runs it once and ends: exit code 0 if all tests pass, 1 if not
  --trace  with --once: also writes the run to a file that the site plays
  --help   this text

A bad option or exercise is one line on standard error and exit code 2.

Keys
  ${learnStrings.allKeys.join('\n  ')}`;

export interface Question {
  readonly wanted: string | undefined;
  readonly once: boolean;
  readonly trace: boolean;
  readonly help: boolean;
}

/** @throws {RangeError} an option that there is not, or two exercises */
export function readQuestion(args: string[]): Question {
  const parsed = readOptions(args, {
    once: { type: 'boolean' },
    trace: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  });
  const [wanted, second] = parsed.positionals;
  if (second !== undefined) throw new RangeError('one exercise at a time');
  const { once = false, trace = false, help = false } = parsed.values;
  if (trace && !once)
    throw new RangeError('--trace goes with --once; else t writes it');
  return { wanted, once, trace, help };
}
