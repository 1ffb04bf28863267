import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { initCrypto } from '#crypto';
import { concat, toHex, utf8 } from '../../impl/bytes.ts';
import { encodeBlock } from '../../impl/core/block.ts';
import { Chain } from '../../impl/core/chain.ts';
import { blockUnits, importFrom, maxBlockBytes } from '../../impl/core/chain-file.ts';
import { Done } from '../../impl/csp/done.ts';
import { runtime } from '../../impl/csp/runtime.ts';
import { sliceUnits } from '../../impl/csp/seam.ts';
import { WaitGroup } from '../../impl/csp/wait-group.ts';
import { exportFile, importFile } from '../../impl/node/chain-files.ts';
import { GunzipSource } from '../../impl/node/file-source.ts';
import {
  childOf,
  childrenOf,
  extend,
  signedTx,
  testGenesis,
} from '../helpers/blocks.ts';
import { simulate } from '../../impl/sim/simulate.ts';
import { gethChain, gethChainFile } from '../helpers/chain.ts';

beforeAll(initCrypto);

const folder = mkdtempSync(join(tmpdir(), 'peerwalk-chain-files-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function fileOf(name: string, bytes: Uint8Array): string {
  const file = join(folder, name);
  writeFileSync(file, bytes);
  return file;
}

function gethNode(): Chain {
  return new Chain(gethChain().genesis);
}

const open = (): { stop: Done } => ({ stop: new Done('stop') });

describe('importFile and exportFile', () => {
  it.each(['chain', 'chain.gz'])('read and write %s, as geth does', async (name) => {
    const isGzip = name.endsWith('.gz');
    const bytes = isGzip ? gzipSync(gethChainFile()) : gethChainFile();
    const chain = gethNode();
    const file = fileOf(name, bytes);
    expect(await importFile(chain, file, open())).toEqual({
      imported: 63,
      known: 1,
      isWhole: true,
    });
    const out = join(folder, `out-${name}`);
    expect(await exportFile(chain, out, open())).toBe(true);
    const written = readFileSync(out);
    const plain = isGzip ? gunzipSync(written) : written;
    expect(toHex(plain)).toBe(toHex(gethChainFile()));
  });

  it('reads gzip in several members, as `cat` of two files makes it', async () => {
    const { blocks } = gethChain();
    const parts = [blocks.slice(0, 10), blocks.slice(10)].map((part) =>
      gzipSync(concat(...part.map(encodeBlock))),
    );
    const file = fileOf('two.gz', concat(...parts));
    const result = await importFile(gethNode(), file, open());
    expect(result.imported).toBe(63);
  });

  it.each([1, 10, 40_000])(
    'reads gzip with %i zeros behind it, as tapes and disks fill up',
    async (length) => {
      const bytes = concat(gzipSync(gethChainFile()), new Uint8Array(length));
      const result = await importFile(gethNode(), fileOf('padded.gz', bytes), open());
      expect(result).toMatchObject({ imported: 63, isWhole: true });
    },
  );

  it.each([
    [
      'more.gz',
      concat(gzipSync(gethChainFile()), new Uint8Array(40_000), Uint8Array.of(1)),
      /^--import: .*more\.gz: gzip: there is data behind its end$/,
    ],
    ['plain.gz', gethChainFile(), /^--import: .*plain\.gz: gzip: incorrect header/],
    ['empty.gz', new Uint8Array(), /^--import: .*empty\.gz: gzip: it is empty$/],
    [
      'cut.gz',
      gzipSync(gethChainFile()).subarray(0, 9_000),
      /^--import: .*cut\.gz: gzip: unexpected end of file$/,
    ],
    [
      'broken.gz',
      gzipSync(gethChainFile()).fill(0x55, 8_000, 8_100),
      /^--import: .*broken\.gz: (?:gzip|chain file): /,
    ],
    [
      'gzip.rlp',
      gzipSync(gethChainFile()),
      /^--import: .*: this is gzip, and its name does not end in \.gz$/,
    ],
    [
      'text.gz',
      gzipSync(utf8('no chain')),
      /^--import: .*text\.gz: chain file: block 0 of the file, byte 0: rlp: block: not-a-list/,
    ],
  ])('refuse %s in one line', async (name, bytes, message) => {
    const importing = importFile(gethNode(), fileOf(name, bytes), open());
    await expect(importing).rejects.toThrow(message);
    await expect(importing).rejects.toHaveProperty('name', 'UsageError');
  });

  it('read a pipe, also one whose writer comes late', async () => {
    const pipe = join(folder, 'pipe');
    fileOf('chain', gethChainFile());
    execFileSync('mkfifo', [pipe]);
    const chain = gethNode();
    const importing = importFile(chain, pipe, open());
    const writer = spawn('sh', ['-c', 'cat chain > pipe'], { cwd: folder });
    const closed = once(writer, 'close');
    expect((await importing).imported).toBe(63);
    await closed;
  });

  it('leave a pipe that says nothing when the stop signal comes', async () => {
    const pipe = join(folder, 'silent');
    execFileSync('mkfifo', [pipe]);
    const work = open();
    const importing = importFile(gethNode(), pipe, work);
    work.stop.close();
    expect(await importing).toEqual({ imported: 0, known: 0, isWhole: false });
  });

  it('leave what stands at the target when the export is given up', async () => {
    const genesis = testGenesis();
    const chain = new Chain(genesis);
    extend(chain, childrenOf(genesis.block, 100));
    const file = fileOf('precious', utf8('precious'));
    const before = readdirSync(folder);
    const work = open();
    const seen: number[] = [];
    const isWritten = await exportFile(chain, file, {
      ...work,
      onProgress: ({ blocks }) => {
        seen.push(blocks);
        if (blocks === 30) work.stop.close();
      },
    });
    expect(isWritten).toBe(false);
    expect(readFileSync(file, 'utf8')).toBe('precious');
    expect(readdirSync(folder)).toEqual(before);
    expect(seen.length).toBeLessThan(30 + sliceUnits / blockUnits(0));
  });
});

describe('importFrom', () => {
  const bytesOf = (count: number): { chain: Chain; bytes: Uint8Array } => {
    const genesis = testGenesis();
    const blocks = childrenOf(genesis.block, count);
    return { chain: new Chain(genesis), bytes: concat(...blocks.map(encodeBlock)) };
  };

  /** The bytes in pieces of that length. */
  function sourceOf(
    bytes: Uint8Array,
    length: number,
  ): { next(): Promise<Uint8Array | undefined> } {
    let at = 0;
    return {
      next: () => {
        const piece = bytes.subarray(at, (at += length));
        return Promise.resolve(piece.length === 0 ? undefined : piece);
      },
    };
  }

  it.each([1, 7, 500, 100_000])(
    'takes blocks out of pieces of %d bytes',
    async (length) => {
      const { chain, bytes } = bytesOf(20);
      expect(await importFrom(chain, sourceOf(bytes, length))).toEqual({
        imported: 20,
        known: 0,
        isWhole: true,
      });
    },
  );

  it('ends between two blocks when the stop signal comes, within a slice', async () => {
    const { chain, bytes } = bytesOf(200);
    const { stop } = open();
    const result = await importFrom(chain, sourceOf(bytes, bytes.length), {
      stop,
      onProgress: ({ blocks }) => {
        if (blocks === 50) stop.close();
      },
    });
    expect(result.isWhole).toBe(false);
    expect(result.imported).toBeGreaterThanOrEqual(50);
    expect(result.imported).toBeLessThan(50 + sliceUnits / blockUnits(0));
    expect(chain.currentHeader.number).toBe(BigInt(result.imported));
  });

  it('reads one block of many transactions in slices too', async () => {
    const genesis = testGenesis({ gasLimit: '0x7fffffffffffffff' });
    const tx = signedTx();
    const txs = Array.from({ length: 4_000 }, () => tx);
    const bytes = encodeBlock(childOf(genesis.block, { txs }));
    const { outcome } = await simulate({ schedule: '' }, async () => {
      const tasks = new WaitGroup();
      let isOver = false;
      let turns = 0;
      tasks.go('other', async () => {
        for (; !isOver; turns++) await runtime().pause();
      });
      const chain = new Chain(genesis);
      expect((await importFrom(chain, sourceOf(bytes, 1 << 20))).imported).toBe(1);
      isOver = true;
      await tasks.wait();
      return turns;
    });
    // A transaction is scanned, hashed as a leaf and as part of a node.
    const units = 4_000 * 5;
    const turns = outcome.status === 'done' ? outcome.value : 0;
    expect(turns).toBeGreaterThan(units / sliceUnits);
  });

  it('does not wait for the rest of a block that declares more than 16 MiB', async () => {
    const declared = Uint8Array.of(0xfb, 0x01, 0, 0, 1); // a list of 2^24 + 1 bytes
    expect(maxBlockBytes).toBe(2 ** 24);
    let reads = 0;
    const endless = {
      next: () => Promise.resolve(reads++ === 0 ? declared : new Uint8Array(1024)),
    };
    await expect(importFrom(bytesOf(0).chain, endless)).rejects.toThrow(
      /block 0 of the file, byte 0: rlp: block: too-long/,
    );
    expect(reads).toBeLessThan(3);
  });
});

describe('GunzipSource', () => {
  it('ends at its limit, with a bounded part of what is behind it inflated', async () => {
    const bomb = gzipSync(new Uint8Array(64 * 1024 * 1024));
    let given = false;
    const source = {
      next: () => {
        const bytes = given ? undefined : bomb;
        given = true;
        return Promise.resolve(bytes);
      },
    };
    const gunzip = new GunzipSource('--import: bomb.gz', source, 1024 * 1024);
    const inflated = (async () => {
      let length = 0;
      for (;;) {
        const piece = await gunzip.next();
        if (piece === undefined) return length;
        length += piece.length;
      }
    })();
    await expect(inflated).rejects.toThrow(
      /^--import: bomb\.gz: inflates to more than 1048576 bytes$/,
    );
    gunzip.close();
  });
});
