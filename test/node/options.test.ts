import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { initCrypto, publicKey } from '#crypto';
import { toHex } from '../../impl/bytes.ts';
import { encodeTransaction } from '../../impl/core/transaction.ts';
import { parseOptions, usage } from '../../impl/node/options.ts';
import { UsageError } from '../../impl/node/usage-error.ts';
import { signedTx, testKey } from '../helpers/blocks.ts';
import { chainDir } from './run.ts';

beforeAll(initCrypto);

const folder = mkdtempSync(join(tmpdir(), 'peerwalk-options-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function fileOf(text: string): string {
  const file = join(folder, `${text.length}.txt`);
  writeFileSync(file, text);
  return file;
}

function refusal(...args: readonly string[]): string {
  try {
    parseOptions(args);
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  return 'it was accepted';
}

const key = '11'.repeat(32);
const order = 'fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141';

function enode(): string {
  return `enode://${toHex(publicKey(testKey()))}@127.0.0.1:30303`;
}

describe('parseOptions', () => {
  it('knows every option that the help names, and no other', () => {
    const named = new Set([...usage.matchAll(/--[a-z][a-z-]+/g)].map(([name]) => name));
    named.delete('--import'); // node's own, in the second line; and ours
    const values: Record<string, readonly string[]> = {
      '--listen': ['127.0.0.1:0'],
      '--peer': [enode()],
      '--trusted': [enode()],
      '--no-dial': [],
      '--max-peers': ['3'],
      '--max-pending-peers': ['4'],
      '--key': [key],
      '--key-file': [fileOf(`0x${key}\n`)],
      '--name': ['somebody'],
      '--genesis': [`${chainDir}genesis.json`],
      '--network-id': ['5'],
      '--export': [join(folder, 'out')],
      '--eth': ['62'],
      '--tx': [toHex(encodeTransaction(signedTx()))],
      '--events': ['json'],
      '--log': ['debug'],
      '--trace': [join(folder, 'trace')],
      '--exit-after': ['status'],
      '--help': [],
    };
    expect([...named].toSorted()).toEqual(Object.keys(values).toSorted());
    for (const [option, value] of Object.entries(values)) {
      const options = parseOptions([option, ...value]);
      expect(options === undefined, option).toBe(option === '--help');
    }
  });

  it('puts what it reads where the node looks', () => {
    const options = parseOptions([
      ...['--listen', '[::1]:30303', '--peer', enode(), '--peer', enode()],
      ...['--trusted', enode(), '--no-dial', '--max-peers', '3'],
      ...['--max-pending-peers', '4', '--key', key, '--name', 'somebody'],
      ...['--network-id', '18446744073709551615', '--import', 'in', '--eth', '62,63'],
      ...['--events', 'none', '--exit-after', 'head=7'],
    ]);
    expect(options).toMatchObject({
      listen: { host: '::1', port: 30_303 },
      peers: [{ port: 30_303 }, { host: '127.0.0.1' }],
      trusted: [{ port: 30_303 }],
      noDial: true,
      maxPeers: 3,
      maxPendingPeers: 4,
      privateKey: new Uint8Array(32).fill(0x11),
      name: 'somebody',
      networkId: 2n ** 64n - 1n,
      importFile: 'in',
      ethVersions: [63, 62],
      events: 'none',
      exitAfter: { kind: 'head', number: 7n },
    });
  });

  it('has defaults for all of it', () => {
    expect(parseOptions([])).toMatchObject({
      listen: undefined,
      privateKey: undefined,
      peers: [],
      maxPeers: 25,
      maxPendingPeers: 50,
      networkId: undefined,
      ethVersions: [63, 62],
      events: 'pretty',
      exitAfter: undefined,
    });
  });

  it.each([
    [['--lisen', '127.0.0.1:0'], /^Unknown option '--lisen'$/],
    [['--a.b'], /^Unknown option '--a.b'$/],
    [['run'], /^Unexpected argument 'run'$/],
    [['--peer'], /^--peer: no value/],
    [['--listen', '--no-dial'], /^--listen: no value/],
    [['--no-dial=1'], /'--no-dial' does not take an argument/],
    [['--listen', '30303'], /^--listen: expected HOST:PORT, got "30303"$/],
    [['--listen', '127.0.0.1:65536'], /^--listen: expected HOST:PORT/],
    [['--listen', '::1:30303'], /^--listen: expected HOST:PORT/],
    [['--key', 'xyz'], /^--key: a private key is 64 hex digits$/],
    [['--key', '00'.repeat(32)], /^--key: not a private key/],
    [['--key', order], /^--key: not a private key/],
    [['--key', key, '--key-file', 'x'], /cannot both be given/],
    [['--peer', 'http://x'], /^--peer: bad enode: it does not begin with enode/],
    [['--peer', 'enode://11@h:1'], /^--peer: bad enode: the node id is not 128 hex/],
    [['--trusted', `enode://${'11'.repeat(64)}@h:1`], /^--trusted: .*not a point/],
    [['--max-peers', '0'], /^--max-peers: expected a number from 1/],
    [['--max-peers', '-1'], /^--max-peers: no value \(write --max-peers=-… if/],
    [['--max-peers', '1e3'], /^--max-peers: expected a number/],
    [['--max-pending-peers', ''], /^--max-pending-peers: expected a number/],
    [['--max-pending-peers', '0'], /^--max-pending-peers: expected a number from 1 to/],
    [['--network-id', '18446744073709551616'], /^--network-id: .* below 2\^64/],
    [['--eth', '64'], /^--eth: expected 62, 63 or 62,63, got "64"$/],
    [['--eth', ''], /^--eth: expected/],
    [['--name', 'é'.repeat(513)], /^--name: 1026 bytes, at most 1024 fit in Hello$/],
    [['--tx', 'c0'], /^--tx: /],
    [['--tx', 'zz'], /^--tx: /],
    [['--events', 'xml'], /^--events: expected json, pretty or none, got "xml"$/],
    [['--exit-after', 'never'], /^--exit-after: expected peer, status/],
    [['--exit-after', 'seconds=2147484'], /^--exit-after: .*at most 2147483/],
    [['--exit-after', 'head=-1'], /^--exit-after: expected/],
    [['--export', '/no/such/folder/chain'], /^--export: ENOENT/],
    [['--export', folder], /^--export: .* is there and is no file$/],
    [['--trace', folder], /^--trace: .* is there and is no file$/],
  ])('refuses %j', (args, message) => {
    expect(refusal(...args)).toMatch(message);
  });

  it.each([
    ['--export', '--genesis'],
    ['--export', '--key-file'],
    ['--export', '--trace'],
    ['--trace', '--import'],
  ])('refuses that %s and %s name one file, by a link too', (written, other) => {
    const file = fileOf('one');
    const link = join(folder, `link to ${written} ${other}`);
    symlinkSync(file, link);
    for (const name of [file, link]) {
      expect(refusal(written, name, other, file)).toBe(
        `${written} and ${other} name the same file`,
      );
    }
    expect(refusal(written, join(folder, 'two'), other, file)).toBe('it was accepted');
  });

  it('lets a chain file be brought up to date', () => {
    const file = fileOf('chain');
    expect(refusal('--import', file, '--export', file)).toBe('it was accepted');
  });

  it('takes no transaction with bytes behind it', () => {
    const tx = toHex(encodeTransaction(signedTx()));
    expect(refusal('--tx', tx)).toBe('it was accepted');
    expect(refusal('--tx', `${tx}00`)).toMatch(/^--tx: /);
  });

  it('does not repeat a key that it refuses', () => {
    expect(refusal('--key', `${key}5`)).not.toContain('1111');
  });
});
