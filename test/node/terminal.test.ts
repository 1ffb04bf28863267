/** The node in a terminal that goes away, which `script` makes where it is installed. */

import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { anyPort, genesisOptions } from './run.ts';

const main = fileURLToPath(new URL('../../impl/node/main.ts', import.meta.url));

/** The inner shell outlives the terminal, to tell how the node ended. */
const command = [
  "(trap '' HUP;",
  ...[process.execPath, '--import', 'tsx', main, ...genesisOptions, ...anyPort].map(
    (word) => `'${word}'`,
  ),
  // Should it not hear of it, it is not left behind.
  '--exit-after seconds=15 --events json >&3 2>&4; echo "exit code $?" >&3); :',
].join(' ');

/** util-linux: others by this name take other options. */
const isHere = String(spawnSync('script', ['--version']).stdout).includes('util-linux');

describe.skipIf(!isHere)('the node, when its terminal goes away', () => {
  it('hears SIGHUP, stops in order, and ends with one line and code 1', async () => {
    const terminal = spawn('script', ['-qec', command, '/dev/null'], {
      stdio: ['pipe', 'ignore', 'ignore', 'pipe', 'pipe'],
    });
    const [out, err] = [terminal.stdio[3], terminal.stdio[4]];
    if (!(out instanceof Readable && err instanceof Readable)) throw new TypeError();
    const said = text(err);
    const lines: string[] = [];
    for await (const line of createInterface({ input: out })) {
      lines.push(line);
      // The terminal's process goes, and with it the terminal.
      if (line.includes('"type":"listening"')) terminal.kill('SIGKILL');
    }
    const [event, ...more] = lines.slice(1);
    expect(JSON.parse(event ?? '')).toMatchObject({ type: 'stopped' });
    expect(more).toEqual(['exit code 1']);
    expect(await said).toBe('peerwalk: the terminal is gone; stopped\n');
  }, 30_000);
});
