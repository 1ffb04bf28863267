/** Targets that are a user's: files, the command line, and what stands in them. */

import { gzipSync } from 'node:zlib';
import { utf8 } from '../../impl/bytes.ts';
import { Chain } from '../../impl/core/chain.ts';
import { exportChain, importChain, importFrom } from '../../impl/core/chain-file.ts';
import { genesisHash, readGenesis } from '../../impl/core/genesis.ts';
import { readJson } from '../../impl/core/json.ts';
import { encodeTransaction } from '../../impl/core/transaction.ts';
import { Done } from '../../impl/csp/done.ts';
import { GunzipSource } from '../../impl/node/file-source.ts';
import { parseOptions, privateKey } from '../../impl/node/options.ts';
import { enodeURL, parseEnode, parseHost } from '../../impl/p2p/enode.ts';
import { parseCidr, parseIP } from '../../impl/p2p/ip.ts';
import {
  childrenOf,
  extend,
  signedTx,
  testGenesis,
  testKey,
} from '../helpers/blocks.ts';
import { gethGenesisJson } from '../helpers/chain.ts';
import { toHex } from '../../impl/bytes.ts';
import { publicKey } from '#crypto';
import { Violation, type Target } from './engine.ts';
import { counted } from './targets-bytes.ts';

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

let madeFile: Uint8Array | undefined;
function chainFile(): Uint8Array {
  if (madeFile === undefined) {
    const chain = new Chain(testGenesis());
    extend(chain, childrenOf(testGenesis().block, 3, { txs: [signedTx()] }));
    madeFile = exportChain(chain);
  }
  return madeFile;
}

/** In pieces of seven bytes. */
function pieces(
  input: Uint8Array,
  size = 7,
): { next(): Promise<Uint8Array | undefined> } {
  let at = 0;
  return {
    next: () => {
      const piece = input.subarray(at, at + size);
      at += size;
      return Promise.resolve(piece.length === 0 ? undefined : piece);
    },
  };
}

const enode = (): string => `enode://${toHex(publicKey(testKey(3)))}@127.0.0.1:30303`;

function smallGenesis(): string {
  return JSON.stringify({
    config: {
      chainId: 1337,
      daoForkBlock: 5,
      daoForkSupport: true,
      eip150Hash: `0x${'00'.repeat(32)}`,
    },
    nonce: '0x42',
    timestamp: '0x0',
    extraData: '0x1234',
    gasLimit: '0x8000000',
    difficulty: '131072',
    mixHash: `0x${'00'.repeat(32)}`,
    coinbase: `0x${'00'.repeat(20)}`,
    alloc: {
      ['01'.repeat(20)]: {
        balance: '0x1',
        code: '0x6001',
        nonce: '0x1',
        storage: { ['0x01']: '0x02' },
      },
      [`0x${'02'.repeat(20)}`]: { balance: '100' },
    },
  });
}

export const fileTargets: readonly Target[] = [
  {
    name: 'chain-file',
    shape: 'rlp',
    seeds: () => [chainFile()],
    run: async (input) => {
      const whole = new Chain(testGenesis());
      const cut = new Chain(testGenesis());
      const results = await Promise.allSettled([
        (async () => Promise.resolve(importChain(whole, input)))(),
        importFrom(cut, pieces(input), { stop: new Done('never') }),
      ]);
      const [a, b] = results;
      if (a.status !== b.status)
        throw new Violation(`${a.status} whole, ${b.status} in pieces`);
      if (whole.currentTd !== cut.currentTd)
        throw new Violation('another head in pieces');
      if (a.status === 'rejected') throw a.reason;
      return undefined;
    },
    shortRuns: 60,
  },
  {
    name: 'chain-gzip',
    shape: 'bytes',
    seeds: () =>
      [gzipSync(chainFile()), gzipSync(new Uint8Array(200_000))].map(
        (b) => new Uint8Array(b),
      ),
    run: async (input) => {
      const source = new GunzipSource('--import: fuzz', pieces(input, 100), 150_000);
      const read = async (): Promise<number> => {
        let length = 0;
        for (;;) {
          const next = await source.next();
          if (next === undefined) return length;
          length += next.length;
        }
      };
      let timer: NodeJS.Timeout | undefined;
      const hung = new Promise<never>((_, reject) => {
        timer = setTimeout(() => {
          reject(new Violation('it comes to no end'));
        }, 2_000);
      });
      try {
        return await Promise.race([read(), hung]);
      } finally {
        clearTimeout(timer);
        source.close();
      }
    },
    most: () => 150_000,
    shortRuns: 40,
  },
  {
    name: 'genesis',
    shape: 'text',
    seeds: () => [utf8(smallGenesis()), utf8(gethGenesisJson())],
    run: (input) => {
      const work = readGenesis(input);
      let units = 0;
      for (;;) {
        const step = work.next();
        if (step.done === true) {
          genesisHash(step.value);
          return units;
        }
        units += step.value;
      }
    },
    most: (length) => 10_000 + 40 * length,
    shortRuns: 200,
  },
  {
    name: 'json',
    shape: 'text',
    seeds: () => [
      utf8(smallGenesis()),
      utf8('[1, -2.5e3, "\\u00e9\\"", null, {"a": [[]]}] x'),
    ],
    run: (input) => counted(readJson(input)),
    most: (length) => 10 + 2 * length,
    shortRuns: 300,
  },
  {
    name: 'enode',
    shape: 'text',
    seeds: () => [
      utf8(enode()),
      utf8(enode().replace('127.0.0.1', '[fe80::1%25eth0]')),
      utf8(`${enode().replace('127.0.0.1', 'node.example.org')}?discport=30301`),
    ],
    run: (input) => {
      const node = parseEnode(text(input));
      const again = parseEnode(enodeURL(node));
      if (JSON.stringify(again) !== JSON.stringify(node))
        throw new Violation(enodeURL(node));
      return undefined;
    },
    shortRuns: 300,
  },
  {
    name: 'address',
    shape: 'text',
    seeds: () =>
      ['10.0.0.0/8', '2001:db8::/32', '::ffff:1.2.3.4', '[fe80::1%eth0]', 'a-b.c'].map(
        (s) => utf8(s),
      ),
    run: (input) => {
      const host = text(input);
      parseCidr(host);
      const address = parseIP(host);
      if (address !== undefined && address.length !== 4 && address.length !== 16) {
        throw new Violation(`${address.length} bytes of address`);
      }
      parseHost(host);
      return undefined;
    },
    shortRuns: 300,
  },
  {
    name: 'options',
    shape: 'text',
    // One argument a line.
    seeds: () => {
      const tx = toHex(encodeTransaction(signedTx()));
      return [
        `--listen\n127.0.0.1:0\n--peer\n${enode()}\n--max-peers\n5\n--eth\n62,63`,
        `--key\n${toHex(testKey(2))}\n--exit-after\nhead=5\n--events\njson\n--log\ndebug`,
        `--tx\n${tx}\n--network-id\n7\n--name\nx\n--no-dial\n--bootnode=${enode()}`,
        '--genesis\n/nowhere\n--export\n/tmp/x\n--trace\n/tmp/y\n--import\n/nowhere',
      ].map((s) => utf8(s));
    },
    run: (input) => {
      parseOptions(text(input).split('\n'));
      return undefined;
    },
    shortRuns: 250,
  },
  {
    name: 'key',
    shape: 'text',
    seeds: () => [utf8(toHex(testKey(2))), utf8(`0x${'f'.repeat(64)}`)],
    run: (input) => {
      privateKey('--key', text(input).trim());
      return undefined;
    },
  },
];
