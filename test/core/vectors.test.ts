/**
 * Encodings, hashes and roots that geth v1.8.12 computed. The file is not a part of this
 * project; `PEERWALK_VECTORS` says where it is.
 */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { initCrypto, publicKey } from '#crypto';
import { fromHex, toHex } from '../../impl/bytes.ts';
import {
  blockSchema,
  blockValue,
  bodySchema,
  bodyValue,
  encodeBlock,
  hashBlock,
  readBlock,
  readBody,
} from '../../impl/core/block.ts';
import { addressOf, addressOfPublicKey } from '../../impl/core/hash.ts';
import {
  encodeHeader,
  hashHeader,
  headerSchema,
  headerValue,
  readHeader,
} from '../../impl/core/header.ts';
import { emptyUncleHash, transactionsRoot } from '../../impl/core/roots.ts';
import {
  encodeTransaction,
  hashTransaction,
  readTransaction,
  sender,
  signTransaction,
  type Transaction,
  transactionSchema,
  transactionValue,
} from '../../impl/core/transaction.ts';
import { emptyRoot } from '../../impl/core/trie.ts';
import { decode, rawItems } from '../../impl/rlp/decode.ts';
import { encode, type RlpValue } from '../../impl/rlp/encode.ts';
import { list, listOf, type Schema, uint } from '../../impl/rlp/schema.ts';

interface HeaderVector {
  readonly rlp: string;
  readonly hash: string;
  readonly number: number;
  readonly difficulty: string;
  readonly txRoot: string;
}

/** The parts of `ethProtocolTests` that concern blocks and transactions. */
interface EthVectors {
  readonly generated: {
    readonly emptyTrieRoot: string;
    readonly emptyUncleHash: string;
    readonly mainnetGenesisHeader: HeaderVector;
    readonly syntheticBlockHeader: HeaderVector;
    readonly syntheticBlockRlp: string;
    readonly syntheticTwoTxBlockTxRoot: string;
    readonly transactionRoots: readonly {
      readonly count: number;
      readonly root: string;
      readonly transactionsRlp?: readonly string[];
    }[];
    readonly messages: readonly {
      readonly name: string;
      readonly payloadRlp: string;
    }[];
  };
  readonly recvTransactions: {
    readonly senderPrivateKey: string;
    readonly transactionRlp: string;
    readonly transactionHash: string;
  };
  readonly testGenesis: { readonly headerRlp: string; readonly hash: string };
}

const path = process.env['PEERWALK_VECTORS'];

function readVectors(file: string): EthVectors {
  // Checked boundary: a file of another shape fails the tests that read it.
  const all = JSON.parse(readFileSync(file, 'utf8')) as {
    ethProtocolTests: EthVectors;
  };
  return all.ethProtocolTests;
}

beforeAll(initCrypto);

if (path === undefined) {
  it.skip("geth's vectors (skipped: PEERWALK_VECTORS does not name rlpx-vectors.json)");
} else {
  const { generated, recvTransactions, testGenesis } = readVectors(path);
  const privateKey = fromHex(recvTransactions.senderPrivateKey);

  /** The transaction of geth's tests with that nonce, signed without a chain id. */
  const transactionOf = (nonce: number): Transaction =>
    signTransaction(
      {
        nonce: BigInt(nonce),
        gasPrice: 0n,
        gasLimit: 100_000n,
        to: addressOf(new Uint8Array(20)),
        value: 0n,
        data: new Uint8Array(),
      },
      privateKey,
    );

  describe("geth's vectors: headers and blocks", () => {
    it.each([
      ['mainnet genesis', generated.mainnetGenesisHeader],
      ['synthetic block', generated.syntheticBlockHeader],
    ])('the header of the %s has its hash and its bytes', (_, vector) => {
      const header = readHeader(fromHex(vector.rlp));
      expect(hashHeader(header)).toBe(vector.hash);
      expect(toHex(encodeHeader(header))).toBe(vector.rlp);
      expect(header.number).toBe(BigInt(vector.number));
      expect(header.difficulty).toBe(BigInt(vector.difficulty));
      expect(header.txRoot).toBe(vector.txRoot);
    });

    it("the genesis of geth's tests has its hash", () => {
      expect(hashHeader(readHeader(fromHex(testGenesis.headerRlp)))).toBe(
        testGenesis.hash,
      );
    });

    it('the synthetic block has its hash, its bytes and its transactions', () => {
      const block = readBlock(fromHex(generated.syntheticBlockRlp));
      expect(hashBlock(block)).toBe(generated.syntheticBlockHeader.hash);
      expect(toHex(encodeBlock(block))).toBe(generated.syntheticBlockRlp);
      expect(transactionsRoot(block.body.transactions)).toBe(block.header.txRoot);
    });
  });

  describe("geth's vectors: roots", () => {
    it('nothing has these roots', () => {
      expect(emptyRoot).toBe(generated.emptyTrieRoot);
      expect(emptyUncleHash).toBe(generated.emptyUncleHash);
    });

    it.each(generated.transactionRoots)('$count transactions', (vector) => {
      const txs = Array.from({ length: vector.count }, (_, nonce) =>
        transactionOf(nonce),
      );
      expect(transactionsRoot(txs)).toBe(vector.root);
      for (const [index, rlp] of (vector.transactionsRlp ?? []).entries()) {
        expect(
          txs
            .slice(index, index + 1)
            .map(encodeTransaction)
            .map(toHex),
        ).toEqual([rlp]);
      }
    });
  });

  describe("geth's vectors: transactions", () => {
    it('the transaction of geth is ours, byte for byte, and its sender is known', () => {
      const tx = readTransaction(fromHex(recvTransactions.transactionRlp));
      expect(tx).toEqual(transactionOf(0));
      expect(hashTransaction(tx)).toBe(recvTransactions.transactionHash);
      expect(sender(tx, 1n)).toBe(addressOfPublicKey(publicKey(privateKey)));
    });
  });

  describe("geth's vectors: eth messages with blocks in them", () => {
    const payloads = new Map(generated.messages.map((m) => [m.name, m.payloadRlp]));
    const each = <T>(payload: Uint8Array, read: (item: Uint8Array) => T): T[] =>
      Array.from(rawItems(payload), (item) => read(item));
    const headers = (payload: Uint8Array): RlpValue =>
      each(payload, readHeader).map(headerValue);
    const txs = (payload: Uint8Array): RlpValue =>
      each(payload, (item) => readTransaction(item)).map(transactionValue);
    const bodies = (payload: Uint8Array): RlpValue =>
      each(payload, readBody).map(bodyValue);

    it.each<[string, Schema, (payload: Uint8Array) => RlpValue]>([
      ['Transactions one tx', listOf(transactionSchema, 9), txs],
      ['Transactions empty', listOf(transactionSchema, 9), txs],
      ['BlockHeaders mainnet genesis header', listOf(headerSchema, 9), headers],
      ['BlockBodies one body with one tx', listOf(bodySchema, 9), bodies],
      ['BlockBodies one empty body', listOf(bodySchema, 9), bodies],
    ])('%s', (name, schema, again) => {
      const payload = payloads.get(name) ?? '';
      const data = fromHex(payload);
      decode(data, schema, name, { trailing: 'refuse' });
      expect(toHex(encode(again(data)))).toBe(payload);
    });

    it('NewBlock carries the synthetic block', () => {
      const payload = payloads.get('NewBlock synthetic block, td 262144') ?? '';
      const data = fromHex(payload);
      decode(data, list(blockSchema, uint(13)), 'NewBlock');
      const [block] = rawItems(data);
      if (block === undefined) throw new Error('the schema has two fields');
      const again = encode(blockValue(readBlock(block)));
      expect(toHex(again)).toBe(generated.syntheticBlockRlp);
    });
  });
}
