/** The command line of `npm run bench`. */

import { suiteNames, type SuiteName } from './catalogue.ts';

export interface BenchOptions {
  readonly json?: string;
  readonly only: readonly SuiteName[];
  readonly quick: boolean;
  readonly help: boolean;
}

export class BadOption extends Error {
  override readonly name = 'BadOption';
}

export const usage = `npm run bench -- [options]

Measures our node, @ethereumjs/devp2p and plain sockets against each other, two processes
over loopback, in one run. Ends by itself: full in about 15 minutes, --quick in 3.

  --only NAME[,NAME]  ${suiteNames.join(', ')}
  --quick             shorter, and with fewer peers and blocks
  --json FILE         writes the figures there as well
  --help              this text
`;

function isSuiteName(text: string): text is SuiteName {
  return (suiteNames as readonly string[]).includes(text);
}

/** @throws {BadOption} with one line that says what is wrong */
export function parseOptions(args: readonly string[]): BenchOptions {
  let json: string | undefined;
  let only: SuiteName[] = [...suiteNames];
  let [quick, help] = [false, false];
  const rest = [...args];
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    const [name, given] = splitOption(arg);
    const value = (): string => {
      const text = given ?? rest.shift();
      if (text === undefined || text === '' || text.startsWith('--')) {
        throw new BadOption(`${name} needs a value (--help says more)`);
      }
      return text;
    };
    if (name === '--json') json = value();
    else if (name === '--only') only = value().split(',').map(suiteName);
    else if (given !== undefined || !['--quick', '--help'].includes(name)) {
      throw new BadOption(`unknown option ${arg} (--help says more)`);
    } else if (name === '--quick') quick = true;
    else help = true;
  }
  return { only, quick, help, ...(json !== undefined && { json }) };
}

function splitOption(arg: string): [string, string | undefined] {
  const at = arg.indexOf('=');
  return at < 0 ? [arg, undefined] : [arg.slice(0, at), arg.slice(at + 1)];
}

function suiteName(text: string): SuiteName {
  if (isSuiteName(text)) return text;
  throw new BadOption(`--only: ${text} is none of ${suiteNames.join(', ')}`);
}
