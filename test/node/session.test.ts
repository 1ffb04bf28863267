/** What the command line does, over TCP, in this process. */

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { initCrypto, publicKey } from '#crypto';
import { toHex } from '../../impl/bytes.ts';
import { encodeTransaction, hashTransaction } from '../../impl/core/transaction.ts';
import { tellFailuresTo } from '../../impl/csp/failures.ts';
import { Fetcher } from '../../impl/eth/fetcher.ts';
import { Server } from '../../impl/p2p/server.ts';
import { parseOptions } from '../../impl/node/options.ts';
import type { NodeEvent } from '../../impl/node/report.ts';
import { Session } from '../../impl/node/session.ts';
import { Unfinished, UsageError } from '../../impl/node/usage-error.ts';
import { addressOfKey, signedTx, testKey } from '../helpers/blocks.ts';
import { gethChainFile } from '../helpers/chain.ts';
import { anyPort, chainOptions, genesisOptions, Run } from './run.ts';

beforeAll(initCrypto);

const folder = mkdtempSync(join(tmpdir(), 'peerwalk-session-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const runs: Run[] = [];
afterEach(async () => {
  for (const run of runs.splice(0).reverse()) await run.stop().catch(() => undefined);
});

function start(...args: readonly string[]): Run {
  const run = new Run(...args);
  runs.push(run);
  return run;
}

/** What a user would be told. */
async function refusal(run: Run): Promise<string> {
  try {
    await run.ended;
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  return 'it was accepted';
}

const head63 = '0x8558f423450e084f4d4b74e1fecc5a984e0ebcd04bb28c0b6508322de489f76e';

describe('Session', () => {
  it('without a network, is over when the files are read and written', async () => {
    const file = join(folder, 'exported');
    const run = start(...chainOptions, '--export', file);
    await run.ended;
    expect(toHex(readFileSync(file))).toBe(toHex(gethChainFile()));
    const types = run.log.all.map(({ type }) => type);
    expect(types).toEqual(['head', 'stopped']);
    expect(run.log.all[0]).toMatchObject({
      number: 63n,
      hash: head63,
      td: 8_514_065n,
    });
  });

  it('writes no file and reports nothing when a file is cut off, and says where', async () => {
    const cut = join(folder, 'cut');
    writeFileSync(cut, gethChainFile().subarray(0, 20_000));
    const file = join(folder, 'from a cut one');
    const run = start(...genesisOptions, '--import', cut, '--export', file);
    expect(await refusal(run)).toMatch(
      /^--import: .*cut: chain file: block \d+ of the file, byte \d+: /,
    );
    expect(existsSync(file)).toBe(false);
    expect(existsSync(`${file}.partial`)).toBe(false);
    expect(run.log.all).toEqual([]);
  });

  it('says that the blocks of a file belong to another genesis', async () => {
    const run = start('--import', chainOptions[3] ?? '');
    expect(await refusal(run)).toMatch(/^--import: .*block 0 of the file, byte 0: /);
  });

  it('says that a port is taken, and leaves nothing open', async () => {
    const other = createServer();
    await once(other.listen(0, '127.0.0.1'), 'listening');
    const address = other.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    const run = start(...chainOptions, '--listen', `127.0.0.1:${port}`);
    expect(await refusal(run)).toMatch(/^--listen: listen EADDRINUSE/);
    expect(run.log.all, 'what was reported').toEqual([]);
    await new Promise((resolve) => other.close(resolve));
    const again = start('--listen', `127.0.0.1:${port}`);
    expect((await again.log.first('listening')).port).toBe(port);
  });

  it('keeps what stands at --export until all is written', async () => {
    const file = join(folder, 'precious');
    writeFileSync(file, 'precious');
    const run = start(...chainOptions, ...anyPort, '--export', file);
    await run.enode();
    expect(readFileSync(file, 'utf8')).toBe('precious');
    await run.stop();
    expect(readFileSync(file).length).toBe(gethChainFile().length);
  });

  it('lets nobody in when it is stopped while it reads', async () => {
    const file = join(folder, 'stopped');
    const run = start(...chainOptions, ...anyPort, '--export', file);
    await run.stop(); // before its first read is over
    expect(run.log.all).toEqual([{ type: 'stopped' }]);
    expect(existsSync(file)).toBe(false);
  });

  it('stopped in the import, lets nobody in and replaces no export', async () => {
    const file = join(folder, 'stopped in the import');
    const args = [...chainOptions, ...anyPort, '--export', file];
    const stoppedRun = async (): Promise<NodeEvent[]> => {
      const options = parseOptions(args);
      if (options === undefined) throw new TypeError('the help is no run');
      const events: NodeEvent[] = [];
      const session = new Session(options, {
        report: (event) => events.push(event),
        progress: (what) => {
          if (what === 'import') session.stop.close();
          return undefined;
        },
      });
      await session.run().finally(() => {
        expect(events).toEqual([{ type: 'stopped' }]);
      });
      return events;
    };
    await stoppedRun();
    const genesisAlone = gethChainFile().subarray(0, readFileSync(file).length);
    expect(toHex(readFileSync(file)), 'nothing stood there').toBe(toHex(genesisAlone));
    writeFileSync(file, 'precious');
    await expect(stoppedRun()).rejects.toThrow(Unfinished);
    expect(readFileSync(file, 'utf8')).toBe('precious');
  });

  it.each([
    ['fetcher', () => vi.spyOn(Fetcher.prototype, 'loop')],
    ['run', () => vi.spyOn(Server.prototype, 'run')],
  ] as const)(
    'ends, and says so, when a loop of the node dies: %s',
    async (task, spy) => {
      const told: unknown[] = [];
      tellFailuresTo((task, error) => told.push([task, error]));
      const fault = new TypeError('a fault of ours');
      const loop = spy().mockRejectedValue(fault);
      try {
        const run = start(...chainOptions, ...anyPort);
        await expect(run.ended).rejects.toThrow(
          new Unfinished('a loop of the node died: it was stopped'),
        );
        expect(run.log.all.at(-1)).toEqual({ type: 'stopped' });
        expect(told).toEqual([[task, fault]]);
      } finally {
        loop.mockRestore();
        tellFailuresTo(undefined);
      }
    },
  );

  it('puts transactions into the pool, and refuses those that the pool does', async () => {
    const tx = signedTx();
    const good = start('--tx', toHex(encodeTransaction(tx)));
    await good.ended;
    expect(good.log.all[0]).toEqual({
      type: 'tx',
      hash: `0x${hashTransaction(tx)}`,
      from: `0x${addressOfKey(testKey())}`,
    });
    const stranger = signedTx({ chainId: 5n });
    const refused = ['--tx', toHex(encodeTransaction(stranger))];
    const bad = start(...chainOptions, ...refused, ...anyPort);
    expect(await refusal(bad)).toBe('--tx: refused by the pool: wrong-chain');
    expect(bad.log.all, 'what was reported').toEqual([]);
  });

  it('says where it listens first, and then what the files gave it', async () => {
    const tx = ['--tx', toHex(encodeTransaction(signedTx()))];
    const run = start(...anyPort, ...tx, ...genesisOptions);
    await run.log.first('tx');
    await run.stop();
    const full = start(...chainOptions, ...anyPort);
    await full.log.first('head');
    await full.stop();
    const types = [run, full].map(({ log }) => log.all.map(({ type }) => type));
    expect(types).toEqual([
      ['listening', 'tx', 'stopped'],
      ['listening', 'head', 'stopped'],
    ]);
  });

  it.each([
    [
      '',
      /^nothing to do: give --listen, --peer, --bootnode, --import, --export or --tx/,
    ],
    ['--exit-after seconds=5', /^nothing to do: give --listen/],
    ['--trusted ENODE', /^nothing to do: give --listen/],
    ['--bootnode ENODE --no-dial', /^nothing to do: with --no-dial, give --listen/],
    ['--peer ENODE --no-dial', /^nothing to do: with --no-dial, give --listen as well/],
  ])('refuses a run that has nothing to do: "%s"', async (line, message) => {
    const enode = `enode://${toHex(publicKey(testKey()))}@127.0.0.1:1`;
    const run = start(...line.replace('ENODE', enode).split(' ').filter(Boolean));
    expect(await refusal(run)).toMatch(message);
    expect(run.log.all).toEqual([]);
  });

  it.each([
    ['peer', 'peer-add'],
    ['status', 'status'],
    ['seconds=0.05', undefined],
    ['head=63', undefined],
  ] as const)('ends after %s', async (condition, type) => {
    const run = start(...chainOptions, ...anyPort, '--exit-after', condition);
    const other = start(...genesisOptions, '--peer', await run.enode());
    await run.ended;
    if (type !== undefined)
      expect(run.log.all.map((event) => event.type)).toContain(type);
    expect(run.log.all.at(-1)).toEqual({ type: 'stopped' });
    await other.stop();
  });
});

describe('two Sessions', () => {
  it('speak eth/62 if one of them knows no other', async () => {
    const a = start(...chainOptions, ...anyPort, '--name', 'a', '--exit-after', 'drop');
    const c = start(...genesisOptions, '--eth', '62', '--peer', await a.enode());
    const status = await c.log.first('status');
    expect(status).toMatchObject({ version: 62, td: 8_514_065n, head: head63 });
    expect(await a.log.first('peer-add')).toMatchObject({
      name: 'peerwalk/v0.1.0',
      caps: ['eth/62'],
      inbound: true,
    });
    expect(await c.log.first('peer-add')).toMatchObject({
      name: 'a',
      caps: ['eth/62', 'eth/63'],
      inbound: false,
    });
    await c.stop();
    await a.ended;
    expect(await a.log.first('peer-drop')).toMatchObject({
      reason: 'client quitting',
      code: 8,
      remoteRequested: true,
    });
    const { all } = a.log;
    expect(all.filter(({ type }) => type === 'peer-drop')).toHaveLength(1);
    expect(all.filter(({ type }) => type === 'msg-recv')).not.toEqual([]);
    expect(all.filter(({ type }) => type === 'msg-send')).not.toEqual([]);
  });

  it('part with reason 16 if their genesis blocks differ, and each says which', async () => {
    const a = start(...genesisOptions, ...anyPort);
    const b = start('--network-id', '1337', '--peer', await a.enode());
    const drops = [await a.log.first('peer-drop'), await b.log.first('peer-drop')];
    // Each sees it; who hears of it first says what it was told.
    for (const drop of drops) {
      expect(drop.code).toBe(16);
      expect(drop.error).toMatch(
        drop.remoteRequested
          ? /^subprotocol error$/
          : /^Genesis block mismatch.*[0-9a-f]{16}/,
      );
    }
    expect(drops.some(({ remoteRequested }) => !remoteRequested)).toBe(true);
  });

  it('part with reason 16 if their networks differ', async () => {
    const a = start(...anyPort);
    const b = start('--network-id', '1', '--peer', await a.enode());
    const drop = await a.log.first('peer-drop');
    await b.log.first('peer-drop');
    expect(drop.code).toBe(16);
  });

  it('let a trusted one in when full, and nobody else', async () => {
    const key = (n: number): string[] => ['--key', toHex(testKey(n))];
    const id = toHex(publicKey(testKey(3)));
    const trusted = ['--trusted', `enode://${id}@127.0.0.1:1`];
    const full = start(...anyPort, '--max-peers', '1', ...trusted);
    const peer = ['--peer', await full.enode()];
    start(...key(1), ...peer);
    await full.log.first('status');
    const stranger = start(...key(2), ...peer);
    const refused = await stranger.log.first('dial-error');
    expect(refused.error).toBe('too many peers');
    start(...key(3), ...peer);
    await full.log.first('status', (event) => event.peer === id);
    const added = full.log.all.filter(({ type }) => type === 'peer-add');
    expect(added).toHaveLength(2);
  });

  it('do not meet with --no-dial', async () => {
    const a = start(...anyPort);
    const quiet = [...anyPort, '--no-dial', '--exit-after', 'seconds=0.05'];
    const b = start('--peer', await a.enode(), ...quiet);
    await b.ended;
    expect(b.log.all.map(({ type }) => type)).toEqual(['listening', 'stopped']);
    expect(a.log.all.map(({ type }) => type)).toEqual(['listening']);
  });

  it('meet when one is a bootnode of the other, if that has a place for dials', async () => {
    const a = start(...anyPort);
    const bootnode = ['--bootnode', await a.enode(), '--events', 'json'];
    const without = ['--max-peers', '2', '--exit-after', 'seconds=0.05'];
    const none = start(...bootnode, ...without);
    await none.ended;
    expect(none.log.all.map(({ type }) => type)).toEqual(['stopped']);
    const b = start(...bootnode, '--max-peers', '3', '--exit-after', 'status');
    await b.ended;
    expect(b.log.all.map(({ type }) => type)).toContain('peer-add');
  });

  it.each(['--peer', '--bootnode'])(
    'says that a node is to dial itself: %s',
    async (option) => {
      const key = ['--key', toHex(testKey(9))];
      const enode = `enode://${toHex(publicKey(testKey(9)))}@127.0.0.1:30303`;
      const run = start(...key, ...anyPort, option, enode);
      expect(await run.log.first('dial-error')).toEqual({
        type: 'dial-error',
        enode,
        error: 'this is the node itself: not dialed',
      });
    },
  );

  it('says why nobody could be reached', async () => {
    const a = start(...anyPort);
    const enode = await a.enode();
    await a.stop();
    const b = start('--peer', enode);
    expect(await b.log.first('dial-error')).toMatchObject({
      enode,
      error: expect.stringMatching(/ECONNREFUSED/) as string,
    });
  });
});
