/**
 * The command line as processes: output, signals and exit codes. Processes are dear, so
 * they start once, and each is asked several things.
 */

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { initCrypto } from '#crypto';
import { toHex } from '../../impl/bytes.ts';
import { Chan } from '../../impl/csp/chan.ts';
import { readTrace } from '../../impl/csp/trace.ts';
import { encodeTransaction } from '../../impl/core/transaction.ts';
import { getBlockHeadersMsg } from '../../impl/eth/protocol.ts';
import { FullNode } from '../../impl/node/full-node.ts';
import { tcpNetwork } from '../../impl/node/network.ts';
import { parseEnode } from '../../impl/p2p/enode.ts';
import { signedTx, testKey } from '../helpers/blocks.ts';
import { gethChain, gethChainFile } from '../helpers/chain.ts';
import {
  anyPort,
  chainOptions,
  genesisOptions,
  NodeProcess,
  type Command,
} from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'peerwalk-command-'));
const processes: NodeProcess[] = [];

function start(command: Command, ...args: readonly string[]): NodeProcess {
  const started = new NodeProcess(command, ...args);
  processes.push(started);
  return started;
}

afterAll(async () => {
  for (const { child, ended } of processes) {
    if (child.exitCode === null) child.kill('SIGKILL');
    await ended;
  }
  rmSync(folder, { recursive: true });
});

const json = ['--events', 'json'];
const exported = join(folder, 'exported');
const traceFile = join(folder, 'trace');
const unreadExport = join(folder, 'exported by the one that lost its reader');

/** Serves geth's chain. */
let a: NodeProcess;
/** Dials it, under a trace. */
let b: NodeProcess;
/** Is killed while it serves. */
let victim: NodeProcess;
/** Loses its reader. */
let unread: NodeProcess;
let misused: NodeProcess;
let misusedBin: NodeProcess;
let cutOff: NodeProcess;

// All at a time: most of their life is the loading of modules.
beforeAll(async () => {
  await initCrypto();
  a = start('main.ts', ...chainOptions, ...anyPort, ...json, '--export', exported);
  victim = start('main.ts', ...chainOptions, ...anyPort, ...json);
  unread = start(
    'main.ts',
    ...chainOptions,
    ...anyPort,
    ...json,
    '--export',
    unreadExport,
  );
  const none = ['--export', join(folder, 'none')];
  misused = start('main.ts', ...none, '--listen', 'x\ny\u001b[2J\u009b2J');
  misusedBin = start('bin.js', '--lisen', '127.0.0.1:0');
  const cut = join(folder, 'cut');
  writeFileSync(cut, gethChainFile().subarray(0, 20_000));
  cutOff = start('main.ts', ...genesisOptions, '--import', cut);
  const tx = ['--tx', toHex(encodeTransaction(signedTx({ key: testKey(5) })))];
  const trace = ['--trace', traceFile];
  const peer = ['--peer', await a.enode()];
  b = start('bin.js', ...genesisOptions, ...json, ...peer, ...tx, ...trace);
  await Promise.all([a.log.first('status'), b.log.first('status')]);
}, 60_000);

describe('the node, as a process', () => {
  it('shows JSON objects with a time and a type, and nothing else', async () => {
    expect(await a.log.first('status')).toMatchObject({ version: 63, td: '131072' });
    expect(await b.log.first('status')).toMatchObject({ td: '8514065' });
    for (const node of [a, b]) {
      const times = node.log.all.map((event) => Number(Reflect.get(event, 't')));
      expect(times).toEqual(times.toSorted((x, y) => x - y));
      expect(times.every(Number.isSafeInteger)).toBe(true);
    }
    const types = new Set(b.log.all.map(({ type }) => type));
    for (const type of ['tx', 'peer-add', 'msg-send', 'msg-recv']) {
      expect([...types]).toContain(type);
    }
  });

  it('ends after SIGINT with code 0, and a second one changes nothing', async () => {
    b.child.kill('SIGINT');
    b.child.kill('SIGINT');
    expect(await b.ended).toEqual({ code: 0, signal: null });
    expect(b.log.all.at(-1)).toMatchObject({ type: 'stopped' });
    expect(b.log.all.filter(({ type }) => type === 'peer-drop')).toHaveLength(1);
    expect([...b.strayLines, b.stderr]).toEqual(['']);
  });

  it('writes with --trace what its tasks did over TCP', async () => {
    await b.ended;
    const { head, events, bytes } = readTrace(readFileSync(traceFile, 'utf8'));
    expect(head.scenario).toBe('node');
    const said = events.map(({ v = '' }) => v).join('\n');
    // Its code had marks: but for the first, each step says where in the source it was.
    const placed = events.filter(({ src }) => src?.startsWith('impl/') === true);
    expect(placed.length).toBeGreaterThan(0.9 * events.length);
    for (const text of [
      'out auth,',
      'in ack,',
      'out Hello,',
      'in Hello,',
      'code 16,',
    ]) {
      expect(said).toContain(text);
    }
    const own = events.filter(({ k }) => k !== 'main' && k !== 'outside');
    const nodes = new Set(own.map(({ n }) => n));
    const { peer } = await a.log.first('peer-add'); // b, as the other one sees it
    expect([...nodes], 'nodes that its tasks belong to').toEqual([peer.slice(0, 8)]);
    const tasks = events.flatMap(({ k, e }) => (e === 'end' ? [k] : []));
    expect(tasks).toEqual(expect.arrayContaining(['readLoop', 'pingLoop', 'run']));
    expect(bytes.length).toBeGreaterThan(4);
  });

  it('hears of the leaving peer, and writes its file after SIGTERM', async () => {
    const drop = await a.log.first('peer-drop');
    expect(drop).toMatchObject({ reason: 'client quitting', remoteRequested: true });
    expect(existsSync(exported)).toBe(false);
    a.child.kill('SIGHUP'); // for who has a terminal; without one it is `nohup`
    expect(await a.kill('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(toHex(readFileSync(exported))).toBe(toHex(gethChainFile()));
    expect([...a.strayLines, a.stderr]).toEqual(['']);
  });
});

describe('the node, misused', () => {
  it('says so in one line on standard error, with exit code 2', async () => {
    expect(await misused.ended).toEqual({ code: 2, signal: null });
    // Whatever the line quotes.
    expect(misused.stderr).toBe(
      'peerwalk: --listen: expected HOST:PORT, got "x\\u000ay\\u001b[2J\\u009b2J"\n',
    );
    expect(misused.strayLines).toEqual([]);
    expect(existsSync(join(folder, 'none'))).toBe(false);
  });

  it('says so under its own name too', async () => {
    expect(await misusedBin.ended).toEqual({ code: 2, signal: null });
    expect(misusedBin.stderr).toBe("peerwalk: Unknown option '--lisen'\n");
    expect(misusedBin.strayLines).toEqual([]);
  });

  it('has printed nothing when a file turns out to be cut off', async () => {
    expect(await cutOff.ended).toEqual({ code: 2, signal: null });
    expect(cutOff.stderr).toMatch(/^peerwalk: --import: .*block \d+ of the file.*\n$/);
    expect([cutOff.log.all, cutOff.strayLines]).toEqual([[], []]);
  });
});

describe('the node, when others fail', () => {
  it('stops in order, with code 1, when nobody reads what it prints', async () => {
    const enode = await unread.enode();
    unread.child.stdout?.destroy();
    const other = fullNode();
    await other.start();
    const told = new Chan<number>('told', 1);
    other.server.feed.subscribe((event) => {
      if (event.type === 'drop' && event.remoteRequested) told.trySend(event.reason);
    });
    // The node has something to tell: a peer came.
    await other.server.addPeer(parseEnode(enode));
    expect(await unread.ended).toEqual({ code: 1, signal: null });
    expect(unread.stderr).toBe(
      'peerwalk: standard output: nobody reads it any more (EPIPE); stopped\n',
    );
    expect(toHex(readFileSync(unreadExport))).toBe(toHex(gethChainFile()));
    expect(await told.recv()).toBe(8);
    await other.stop();
  });

  it('synchronises with another after the first was killed half way', async () => {
    const { genesis, blocks } = gethChain();
    const honest = fullNode(genesis);
    honest.chain.insertChain(blocks);
    await honest.start();

    const empty = fullNode(genesis);
    const asked = new Chan<undefined>('asked', 64);
    const dropped = new Chan<number>('dropped', 64);
    empty.server.feed.subscribe((event) => {
      if (event.type === 'msgsend' && event.code === getBlockHeadersMsg) {
        victim.child.kill('SIGKILL');
        asked.trySend(undefined);
      }
      if (event.type === 'drop') dropped.trySend(event.reason);
    });
    const synced = new Chan<undefined>('synced', 1);
    empty.chain.subscribe(({ head }) => {
      if (head.header.number === 63n) synced.trySend(undefined);
    });
    await empty.start();
    await empty.server.addPeer(parseEnode(await victim.enode()));
    await asked.recv();
    expect(await victim.ended).toEqual({ code: null, signal: 'SIGKILL' });
    await dropped.recv();
    expect(empty.chain.currentHeader.number).toBe(0n);

    await empty.server.addPeer(parseEnode(honest.server.enode ?? ''));
    await synced.recv();
    expect(await empty.server.peers()).toHaveLength(1);
    await empty.stop();
    await honest.stop();
  });
});

function fullNode(genesis = gethChain().genesis): FullNode {
  return new FullNode({
    privateKey: crypto.getRandomValues(new Uint8Array(32)),
    genesis,
    networkId: 1337n,
    network: tcpNetwork,
    name: 'peerwalk/test',
    listen: { host: '127.0.0.1', port: 0 },
    syncTickMs: 50,
    enableMsgEvents: true,
  });
}
