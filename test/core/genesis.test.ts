import { readFileSync } from 'node:fs';
import { createMPT } from '@ethereumjs/mpt';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { initCrypto, keccak256 } from '#crypto';
import { fromHex, toHex, utf8 } from '../../impl/bytes.ts';
import { genesisHash, parseGenesis, readGenesis } from '../../impl/core/genesis.ts';
import { sliceUnits } from '../../impl/csp/seam.ts';
import { GenesisError } from '../../impl/core/genesis-json.ts';
import { emptyRoot } from '../../impl/core/trie.ts';
import { encode } from '../../impl/rlp/encode.ts';
import { testGenesis } from '../helpers/blocks.ts';
import { gethGenesisJson } from '../helpers/chain.ts';

beforeAll(initCrypto);

const address = '7e5f4552091a69125d5dfcb7b8c2659029395bdf';

function stateRootOf(alloc: unknown): string {
  return testGenesis({ alloc }).block.header.stateRoot;
}

/** How many elements the arrays have that are looped over or spread meanwhile. */
function iteratedBy(work: () => unknown): number {
  let count = 0;
  const own = Object.getOwnPropertyDescriptor(Array.prototype, Symbol.iterator);
  Object.defineProperty(Array.prototype, Symbol.iterator, {
    ...own,
    value(this: unknown[]) {
      count += this.length;
      return this.values();
    },
  });
  try {
    work();
  } finally {
    if (own !== undefined) Object.defineProperty(Array.prototype, Symbol.iterator, own);
  }
  return count;
}

function genesisErrorOf(text: string): GenesisError {
  try {
    parseGenesis(text);
  } catch (error) {
    if (error instanceof GenesisError) return error;
    throw error;
  }
  throw new Error('parseGenesis took it');
}

describe('parseGenesis', () => {
  it('gives the hash that geth gives', () => {
    expect(genesisHash(parseGenesis(gethGenesisJson()))).toBe(
      'ae48666e0580b5608743edefff72530b6070e5bb0905ce1d63587451419b13b9',
    );
  });

  it('takes the total difficulty from the spec', () => {
    expect(parseGenesis(gethGenesisJson()).td).toBe(131_072n);
    expect(testGenesis({ difficulty: '0x0' }).td).toBe(0n);
  });

  it('gives a spec without difficulty 131072 in the header and a td of 0', () => {
    const genesis = testGenesis({ difficulty: undefined });
    expect(genesis.block.header.difficulty).toBe(131_072n);
    expect(genesis.td).toBe(0n);
  });

  it("gives a gas limit of 0 geth's default", () => {
    expect(testGenesis({ gasLimit: '0x0' }).block.header.gasLimit).toBe(4_712_388n);
  });

  it.each([
    ['hex', '0x1000000'],
    ['decimal text', '16777216'],
    ['hex after 0X', '0X1000000'],
    ['text with zeros before it', `${'0'.repeat(90)}16777216`],
  ])('reads numbers as %s', (_, gasLimit) => {
    expect(testGenesis({ gasLimit }).block.header.gasLimit).toBe(16_777_216n);
  });

  it('carries the chain id and the DAO fork', () => {
    const config = { chainId: 1, daoForkBlock: 1_920_000, daoForkSupport: true };
    expect(testGenesis({ config }).config).toEqual({
      chainId: 1n,
      daoForkBlock: 1_920_000n,
      daoForkSupport: true,
    });
    expect(testGenesis({ config: { chainId: 5 } }).config).toEqual({
      chainId: 5n,
      daoForkSupport: false,
    });
  });

  it('puts nonce, time, extra data, coinbase and mix hash into the header', () => {
    const { header } = testGenesis({
      nonce: '0x0102',
      timestamp: '0x5b3c0000',
      extraData: '0xabcd',
      coinbase: `0x${address}`,
      mixHash: `0x${'11'.repeat(32)}`,
      parentHash: `0x${'22'.repeat(32)}`,
    }).block;
    expect(toHex(header.nonce)).toBe('0000000000000102');
    expect(header.time).toBe(0x5b3c0000n);
    expect(toHex(header.extra)).toBe('abcd');
    expect(header.coinbase).toBe(address);
    expect(header.mixDigest).toBe('11'.repeat(32));
    expect(header.parentHash).toBe('22'.repeat(32));
  });

  const valid = { config: { chainId: 1 }, gasLimit: '0x1388', alloc: {} };
  const account = (fields: unknown): unknown => ({ alloc: { [address]: fields } });

  it.each([
    ['config', { config: undefined }],
    ['config', { config: 3 }],
    ['config.chainId', { config: { chainId: 1.5 } }],
    ['config.byzantiumBlock', { config: { byzantiumBlock: '0x0' } }],
    ['config.eip150Hash', { config: { eip150Hash: '00' } }],
    ['config.chainId', { config: { chainId: 'one' } }],
    ['config.daoForkSupport', { config: { chainId: 1, daoForkSupport: 'yes' } }],
    ['gasLimit', { gasLimit: undefined }],
    ['gasLimit', { gasLimit: -1 }],
    ['gasLimit', { gasLimit: 1.5 }],
    ['gasLimit', { gasLimit: '0x' }],
    ['gasLimit', { gasLimit: 5000 }],
    ['gasLimit', { gasLimit: '0x10000000000000000' }],
    ['difficulty', { difficulty: `0x1${'0'.repeat(20)}` }],
    ['number', { number: 1 }],
    ['extraData', { extraData: '0xabc' }],
    ['extraData', { extraData: `0x${'00'.repeat(33)}` }],
    ['mixHash', { mixHash: '0x00' }],
    ['coinbase', { coinbase: 'nobody' }],
    ['nonce', { nonce: `0x1${'0'.repeat(16)}` }],
    ['timestamp', { timestamp: true }],
    ['alloc', { alloc: undefined }],
    ['alloc', { alloc: [] }],
    [
      `alloc.0x${address}.balance`,
      { alloc: { [address]: { balance: '1' }, [`0x${address}`]: { balance: 1 } } },
    ],
    ['alloc.abcd', { alloc: { abcd: { balance: '1' } } }],
    [`alloc.${'ab'.repeat(35)}…`, { alloc: { ['ab'.repeat(5_000)]: {} } }],
    [`alloc.${address}`, account(7)],
    [`alloc.${address}.balance`, account({})],
    [`alloc.${address}.balance`, account({ balance: `0x1${'0'.repeat(64)}` })],
    [`alloc.${address}.code`, account({ balance: '0', code: 'xyz' })],
    [`alloc.${address}.nonce`, account({ balance: '0', nonce: {} })],
    [
      `alloc.${address}.storage.0x1`,
      account({ balance: '0', storage: { '0x1': '0x01' } }),
    ],
    [`alloc.${address}.storage.01`, account({ balance: '0', storage: { '01': 1 } })],
    [
      `alloc.${address}.storage.02`,
      account({ balance: '0', storage: { '02': '01'.repeat(33) } }),
    ],
    [
      `alloc.${address}.storage.0X01`,
      account({ balance: '0', storage: { '0X01': '01' } }),
    ],
    [`alloc.${address}.secretKey`, account({ balance: '0', secretKey: 'key' })],
  ])('names %s in one line', (field, change) => {
    const error = genesisErrorOf(JSON.stringify({ ...valid, ...(change as object) }));
    expect(error.field).toBe(field);
    expect(error.message).toMatch(/^genesis: [^\n]+$/);
  });

  it.each(['', '{', '[1]', '"text"', 'null', '[1,\n\n x]'])(
    'refuses %j in one line',
    (text) => {
      const error = genesisErrorOf(text);
      expect(error.field).toBe('');
      expect(error.message).toMatch(/^genesis: [^\n]+$/);
    },
  );
});

interface Spelling {
  readonly name: string;
  readonly text: string;
  /** First and last three bytes of the hash; null: geth v1.8.12 refuses the file. */
  readonly geth: string | null;
}

const spellings = JSON.parse(
  readFileSync(new URL('../fixtures/genesis-spellings.json', import.meta.url), 'utf8'),
) as { readonly cases: readonly Spelling[] };

/** Where ours differs: both are in the list of deviations. */
const deviations: Readonly<Record<string, string>> = {
  'extraData-08': 'genesis: extraData: has 33 bytes, at most 32 are allowed',
  'top-no-difficulty': 'd41576…6bac20',
};

/** The ends of the hash, or the one line that refuses the file. */
function readingOf(text: string): string {
  try {
    const hash = genesisHash(parseGenesis(text));
    return `${hash.slice(0, 6)}…${hash.slice(-6)}`;
  } catch (error) {
    if (error instanceof GenesisError) return error.message;
    throw error;
  }
}

describe('readGenesis', () => {
  it.each(spellings.cases)(
    'makes of $name what geth makes of it',
    ({ name, text, geth }) => {
      const reading = readingOf(text);
      expect(reading).toMatch(/^[^\n]+$/);
      if (name in deviations) expect(reading).toBe(deviations[name]);
      else if (geth === null)
        expect(reading).toMatch(/^genesis: (?:[a-zA-Z]|not JSON: line)/);
      else expect(reading).toBe(geth);
    },
  );

  it('reads all 187 of them, of which geth refuses some', () => {
    expect(spellings.cases).toHaveLength(187);
    expect(spellings.cases.filter(({ geth }) => geth === null)).toHaveLength(99);
  });

  it.each([
    ['a sign before a number of 256 bits', '"difficulty":"+16"', '"difficulty":"0x10"'],
    ['a sign after 0x', '"difficulty":"0x+10"', '"difficulty":"0x10"'],
    ['zero below zero', '"difficulty":"-0"', '"difficulty":"0"'],
    [
      'a gas limit of 64 bits',
      '"gasLimit":"18446744073709551615"',
      '"gasLimit":"0xffffffffffffffff"',
    ],
    [
      'two configs as one',
      '"config":{"chainId":1},"Config":{}',
      '"config":{"chainId":1}',
    ],
    [
      'two allocs as one',
      `"Alloc":{"${'aa'.repeat(20)}":{"balance":"1"}},"alloc":{"${'bb'.repeat(20)}":{"balance":"2"}}`,
      `"alloc":{"${'aa'.repeat(20)}":{"balance":"1"},"${'bb'.repeat(20)}":{"balance":"2"}}`,
    ],
    ['null behind a value', '"nonce":"0x7","Nonce":null', '"nonce":"0x0"'],
  ])('reads %s', (_, text, same) => {
    const around = (fields: string): string =>
      `{"config":{},"gasLimit":"1","difficulty":"1","alloc":{},${fields}}`;
    expect(readingOf(around(text))).toBe(readingOf(around(same)));
    expect(readingOf(around(text))).toMatch(/…/);
  });

  it('refuses a bad value although a good one replaces it, as geth does', () => {
    const text = '{"config":{},"gasLimit":5,"gaslimit":"5","alloc":{}}';
    expect(genesisErrorOf(text).field).toBe('gasLimit');
  });

  it('reads null in a config as Go reads it into what is no pointer', () => {
    const file = (fields: string): string =>
      `{"config":{${fields}},"gasLimit":"1","alloc":{}}`;
    const { config } = parseGenesis(
      file('"daoForkSupport":true,"DAOForkSupport":null'),
    );
    expect(config.daoForkSupport).toBe(true);
    expect(genesisErrorOf(file('"eip150Hash":null')).field).toBe('config.eip150Hash');
  });

  it('takes a chain id of any size, and a fork block that no block can have', () => {
    const { config } = parseGenesis(
      '{"config":{"chainId":-9007199254740993,"daoForkBlock":18446744073709551616},"gasLimit":"1","alloc":{}}',
    );
    expect(config).toEqual({ chainId: -9007199254740993n, daoForkSupport: false });
  });

  it('costs twice as much if it says alloc twice as often, and the last holds', () => {
    const say = (balance: string): string =>
      `"alloc":{"${address}":{"balance":"${balance}"}}`;
    const file = (allocs: string): string =>
      `{"config":{},"gasLimit":"1","difficulty":"1",${allocs}}`;
    const often = (times: number): string =>
      file(`${`${say('1')},`.repeat(times)}${say('5')}`);
    const one = genesisHash(parseGenesis(file(say('5'))));
    expect(genesisHash(parseGenesis(often(3)))).toBe(one);
    expect(genesisHash(parseGenesis(file(say('1'))))).not.toBe(one);
    const [once, twice] = [often(500), often(1_000)].map((text) =>
      iteratedBy(() => parseGenesis(text)),
    );
    expect(twice).toBeLessThan(3 * (once ?? 0));
  });

  it('lets others go first between the accounts of a long file', () => {
    const alloc: Record<string, unknown> = {};
    for (let i = 0; i < 200; i++) {
      alloc[i.toString(16).padStart(40, '0')] = { balance: '1' };
    }
    const work = readGenesis(
      utf8(JSON.stringify({ config: {}, gasLimit: '1', difficulty: '1', alloc })),
    );
    let units = 0;
    let largest = 0;
    for (let step = work.next(); step.done !== true; step = work.next()) {
      units += step.value;
      largest = Math.max(largest, step.value);
    }
    expect(units).toBeGreaterThan(200 * 40);
    expect(largest).toBeLessThan(sliceUnits / 10);
  });
});

describe('readGenesis, whatever a file holds', () => {
  const rest = '"gasLimit":"1","difficulty":"1"';
  const account = (i: number, fields = '"balance":"1"'): string =>
    `"${i.toString(16).padStart(40, '0')}":{${fields}}`;
  const many = (count: number, each: (i: number) => string): string =>
    Array.from({ length: count }, (_, i) => each(i)).join(',');
  const alloc = (accounts: string): string =>
    `{"config":{},${rest},"alloc":{${accounts}}}`;

  interface Seen {
    units: number;
    largest: number;
    pieces: number;
    /** The most that was sorted, and decoded, in one call. */
    sorted: number;
    decoded: number;
  }

  /** Reads it, as far as it can be read. */
  function reading(text: string): Seen & { outcome: string } {
    const seen = { units: 0, largest: 0, pieces: 0, sorted: 0, decoded: 0 };
    const [sort, decode] = [
      vi.spyOn(Array.prototype, 'sort'),
      vi.spyOn(TextDecoder.prototype, 'decode'),
    ];
    const look = (): void => {
      for (const array of sort.mock.contexts) {
        seen.sorted = Math.max(seen.sorted, (array as unknown[]).length);
      }
      for (const [bytes] of decode.mock.calls) {
        seen.decoded = Math.max(seen.decoded, bytes?.byteLength ?? 0);
      }
      sort.mockClear();
      decode.mockClear();
    };
    const bytes = utf8(text);
    try {
      const work = readGenesis(bytes);
      for (let step = work.next(); ; step = work.next()) {
        look();
        if (step.done === true) return { ...seen, outcome: genesisHash(step.value) };
        seen.pieces++;
        seen.units += step.value;
        seen.largest = Math.max(seen.largest, step.value);
      }
    } catch (error) {
      if (!(error instanceof GenesisError)) throw error;
      look();
      return { ...seen, outcome: error.message };
    } finally {
      sort.mockRestore();
      decode.mockRestore();
    }
  }

  it.each<[string, string, number]>([
    ['10,000 accounts', alloc(many(10_000, account)), 10_000],
    [
      '10,000 slots of an account',
      alloc(
        account(
          1,
          `"balance":"1","storage":{${many(10_000, (i) => `"${i.toString(16).padStart(8, '0')}":"01"`)}}`,
        ),
      ),
      10_000,
    ],
    [
      'a megabyte of code',
      alloc(account(1, `"balance":"1","code":"0x${'00'.repeat(1 << 20)}"`)),
      10_000,
    ],
    [
      'fields that nobody knows',
      `{"config":{},${rest},${many(50_000, (i) => `"x${i}":1`)},"alloc":{}}`,
      300_000,
    ],
    [
      'one field, 50,000 times',
      `{"config":{},${many(50_000, () => '"gasLimit":"1"')},"alloc":{}}`,
      300_000,
    ],
    [
      'alloc in 20,000 parts',
      `{"config":{},${rest},${many(20_000, (i) => `"alloc":{${account(i)}}`)}}`,
      20_000,
    ],
    [
      'a megabyte of spaces',
      `{"config":{},${' '.repeat(1 << 20)}${rest},"alloc":{}}`,
      10_000,
    ],
    [
      'a long text',
      `{"config":{},"x":"${'y'.repeat(1 << 20)}",${rest},"alloc":{}}`,
      10_000,
    ],
  ])('is cut into small pieces: %s', (_, text, least) => {
    const { outcome, units, largest, sorted, decoded } = reading(text);
    expect(outcome).toMatch(/^[0-9a-f]{64}$/);
    expect(largest).toBeLessThanOrEqual(sliceUnits / 4);
    expect(units).toBeGreaterThan(least);
    expect(sorted).toBeLessThanOrEqual(128);
    expect(decoded).toBeLessThanOrEqual(20_000);
  });

  it.each([
    [
      'a text of 3 MiB',
      `{"x":"${'y'.repeat(3 << 20)}"}`,
      /text of more than 2097216 bytes/,
    ],
    [
      'a name of 3 MiB',
      `{"${'y'.repeat(3 << 20)}":1}`,
      /text of more than 2097216 bytes/,
    ],
    ['a number of 5,000 digits', `{"x":1${'0'.repeat(5_000)}}`, /a number too long/],
    [
      'a gas limit of 2,000 digits',
      `{"config":{},"gasLimit":"${'0'.repeat(2_000)}","alloc":{}}`,
      /gasLimit: has more than 1000 digits/,
    ],
    [
      'a hash of a megabyte',
      `{"config":{},${rest},"mixHash":"0x${'00'.repeat(1 << 19)}","alloc":{}}`,
      /mixHash: has 524288 bytes, must have 32/,
    ],
    [
      'an address of a megabyte',
      alloc(`"${'ab'.repeat(1 << 19)}":{"balance":"1"}`),
      /alloc.abab.*… ?: is not an address/,
    ],
  ])('is refused before it is read: %s', (_, text, message) => {
    const { outcome, largest, decoded } = reading(text);
    expect(outcome).toMatch(message);
    expect(largest).toBeLessThanOrEqual(sliceUnits / 4);
    expect(decoded).toBeLessThanOrEqual(20_000);
  });
});

describe('stateRoot', () => {
  it('is the empty root for no accounts', () => {
    expect(stateRootOf({})).toBe(emptyRoot);
  });

  it('agrees with @ethereumjs/mpt, code, nonce and storage included', async () => {
    const code = '0x600160020100';
    const slots = [
      ['01', '0x05'],
      [`0x${'ab'.repeat(32)}`, `0x00${'ff'.repeat(31)}`],
    ] as const;
    const storage = await createMPT({ useKeyHashing: true });
    for (const [key, text] of slots) {
      const slot = fromHex(key.replace('0x', '').padStart(64, '0'));
      const value = fromHex(text.replace(/^0x(00)*/, ''));
      await storage.put(slot, encode(value));
    }
    const state = await createMPT({ useKeyHashing: true });
    await state.put(
      fromHex(address),
      encode([3n, 10n ** 21n, storage.root(), keccak256(fromHex(code))]),
    );
    const other = '00000000000000000000000000000000000000aa';
    await state.put(
      fromHex(other),
      encode([0n, 0n, fromHex(emptyRoot), keccak256(new Uint8Array())]),
    );

    const root = stateRootOf({
      [address]: {
        balance: '1000000000000000000000',
        nonce: '0x3',
        code,
        // Zero is no entry, and null is zero.
        storage: Object.fromEntries([...slots, ['02', '0x00'], ['03', null]]),
      },
      [`0x${other.toUpperCase()}`]: { balance: '0x0' }, // an empty account is one
    });
    expect(root).toBe(toHex(state.root()));
  });
});
