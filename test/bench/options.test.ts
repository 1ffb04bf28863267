import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { suiteNames } from './catalogue.ts';
import { BadOption, parseOptions } from './options.ts';

describe('parseOptions', () => {
  it('measures all at full length by default', () => {
    const options = { only: [...suiteNames], quick: false, help: false };
    expect(parseOptions([])).toEqual(options);
  });

  it('takes values after a blank or a =', () => {
    const options = { only: ['codec', 'sync'], json: 'x.json', quick: true };
    expect(
      parseOptions(['--only', 'codec,sync', '--json=x.json', '--quick']),
    ).toMatchObject(options);
  });

  it.each([
    [['--fast'], 'unknown option --fast'],
    [['codec'], 'unknown option codec'],
    [['--quick=yes'], 'unknown option --quick=yes'],
    [['--only', 'codecs'], 'codecs is none of handshakes, messages'],
    [['--only'], '--only needs a value'],
    [['--json', '--quick'], '--json needs a value'],
  ])('refuses %j', (args, message) => {
    expect(() => parseOptions(args)).toThrow(BadOption);
    expect(() => parseOptions(args)).toThrow(message);
  });
});

describe('npm run bench', () => {
  it('says in one line what is wrong with an option, and exits with 2', async () => {
    const args = ['--import', 'tsx', 'test/bench/main.ts', '--fast'];
    const failed = promisify(execFile)(process.execPath, args);
    await expect(failed).rejects.toMatchObject({
      code: 2,
      stdout: '',
      stderr: 'bench: unknown option --fast (--help says more)\n',
    });
  });
});
