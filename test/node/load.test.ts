import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { initCrypto } from '#crypto';
import { toHex } from '../../impl/bytes.ts';
import { Done } from '../../impl/csp/done.ts';
import { stopped } from '../../impl/csp/slices.ts';
import { load, type Loaded } from '../../impl/node/load.ts';
import { parseOptions } from '../../impl/node/options.ts';
import { UsageError } from '../../impl/node/usage-error.ts';
import { chainDir } from './run.ts';

beforeAll(initCrypto);

const folder = mkdtempSync(join(tmpdir(), 'peerwalk-load-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function fileOf(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

async function loaded(...args: readonly string[]): Promise<Loaded> {
  const options = parseOptions(args);
  if (options === undefined) throw new TypeError('the help is no run');
  const result = await load(options, new Done('stop'));
  if (result === stopped) throw new TypeError('nobody has stopped it');
  return result;
}

async function refusal(...args: readonly string[]): Promise<string> {
  try {
    await loaded(...args);
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  return 'it was accepted';
}

function genesisOf(config: string): string {
  return `{"config":${config},"difficulty":"1","gasLimit":"1","alloc":{}}`;
}

const key = '11'.repeat(32);

describe('load', () => {
  it('reads genesis and key from their files', async () => {
    const { privateKey, genesis } = await loaded(
      ...['--key-file', fileOf('key', `0x${key}\n`)],
      ...['--genesis', `${chainDir}genesis.json`],
    );
    expect(toHex(privateKey)).toBe(key);
    expect(genesis.config.chainId).toBe(1337n);
  });

  it.each([
    ['{"chainId":77}', 77n],
    ['{"chainId":18446744073709551615}', 2n ** 64n - 1n],
    ['{"chainId":18446744073709551616}', 1n],
    ['{"chainId":-1}', 1n],
    ['{"chainId":0}', 1n],
    ['{}', 1n],
  ])('makes of config %s the network %s, if no other is named', async (config, id) => {
    const file = fileOf('config', genesisOf(config));
    expect((await loaded('--genesis', file)).networkId).toBe(id);
    const named = await loaded('--genesis', file, '--network-id', '5');
    expect(named.networkId).toBe(5n);
  });

  it('draws a new key when none is named', async () => {
    const keys = [await loaded(), await loaded()].map(({ privateKey }) => privateKey);
    expect(keys[0]).toHaveLength(32);
    expect(keys[0]).not.toEqual(keys[1]);
  });

  it.each([
    [['--key-file', '/no/such/file'], /^--key-file: ENOENT/],
    [['--key-file', tmpdir()], /^--key-file: EISDIR/],
    [['--key-file', '/dev/zero'], /^--key-file: \/dev\/zero: more than 4096 bytes$/],
    [['--genesis', '/no/such/file'], /^--genesis: ENOENT/],
    [['--genesis', '/dev/zero'], /^--genesis: \/dev\/zero: more than 67108864 bytes$/],
    [['--genesis', '/dev/null'], /^--genesis: .*: genesis: not JSON: line 1, column 1/],
    [['--genesis', `${chainDir}chain.rlp`], /^--genesis: .*chain\.rlp: genesis: /],
  ])('refuses %j', async (args, message) => {
    expect(await refusal(...args)).toMatch(message);
  });

  it('refuses a byte order mark, as geth does', async () => {
    const file = fileOf('bom', `\ufeff${genesisOf('{}')}`);
    expect(await refusal('--genesis', file)).toMatch(/not JSON: line 1, column 1/);
  });

  it('does not repeat a key that it refuses', async () => {
    const file = fileOf('secret', 'secret words');
    const line = await refusal('--key-file', file);
    expect(line).toBe('--key-file: a private key is 64 hex digits');
  });

  it('reads nothing to its end once the run is stopped', async () => {
    const stop = new Done('stop');
    stop.close();
    const options = parseOptions(['--genesis', '/dev/zero']);
    if (options === undefined) throw new TypeError('no options');
    expect(await load(options, stop)).toBe(stopped);
  });
});
