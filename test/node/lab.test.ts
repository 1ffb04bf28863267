/** `npm run lab` as a process. */

import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'peerwalk-lab-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const script = fileURLToPath(new URL('../../impl/node/lab.ts', import.meta.url));

interface Ended {
  readonly code: unknown;
  readonly stdout: string;
  readonly stderr: string;
}

function lab(...args: readonly string[]): Promise<Ended> {
  const loader = ['--conditions=browser', '--import', 'tsx', script];
  return new Promise((resolve) => {
    execFile(process.execPath, [...loader, ...args], (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : error.code, stdout, stderr });
    });
  });
}

describe('the lab, of several scenarios', () => {
  it('writes for each the trace that it writes alone', async () => {
    const together = join(folder, 'together');
    const alone = join(folder, 'alone.jsonl');
    const { code, stderr } = await lab('gate-thrice', 'ping', '--traces', together);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    await lab('ping', '--trace', alone);
    const [played, second] = [alone, join(together, 'ping.jsonl')].map((file) =>
      readFileSync(file, 'utf8'),
    );
    expect(second).toBe(played);
    expect(readdirSync(together).sort()).toEqual(['gate-thrice.jsonl', 'ping.jsonl']);
  });

  it.each([
    [['ping', 'meet'], /^lab: without --traces one scenario, not also meet\n$/],
    [
      ['ping', 'ping', '--traces', folder],
      /^lab: two traces would be written to .*\n$/,
    ],
    [['ping', '--trace', 'x', '--traces', 'y'], /^lab: --trace and --traces: one/],
    [['ping', 'nowhere', '--traces', folder], /^lab: no scenario "nowhere"/],
  ])('refuses %j before it runs one', async (args, message) => {
    const { code, stdout, stderr } = await lab(...args);
    expect(stderr).toMatch(message);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });
});

describe('the lab, misused', () => {
  it('says in one line that a trace cannot be written, and runs nothing', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    const { code, stdout, stderr } = await lab('ping', '--trace', join(file, 'x'));
    expect(stderr).toMatch(/^lab: --trace: .*\n$/);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });

  it('says in one line what a scenario has that it does not know', async () => {
    const file = join(folder, 'scenario.json');
    const nodes = { A: { kind: 'node' } };
    writeFileSync(file, JSON.stringify({ version: 1, nodes, faults: [] }));
    const { code, stdout, stderr } = await lab(file);
    expect(stderr).toMatch(/^lab: scenario: faults: there are none yet.*\n$/);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });
});
