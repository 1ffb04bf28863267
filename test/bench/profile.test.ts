import type { Profiler } from 'node:inspector';
import { describe, expect, it } from 'vitest';
import { filesByLine, sharesOf } from './profile.ts';

function frame(
  id: number,
  functionName: string,
  url: string,
  children: number[] = [],
): Profiler.ProfileNode {
  const callFrame = {
    functionName,
    scriptId: '0',
    url,
    lineNumber: 0,
    columnNumber: 0,
  };
  return { id, callFrame, children };
}

describe('sharesOf', () => {
  it('counts each sample for its file, and what has no file for its caller', () => {
    const nodes = [
      frame(1, '(root)', '', [2, 4, 6, 7, 8]),
      frame(2, 'ecdh', 'node_modules/@bitauth/libauth/curve.js', [3]),
      frame(3, 'wasm-function[7]', 'wasm://wasm/0'),
      frame(4, 'Socket._write', 'node:net', [5]),
      frame(5, 'writeBuffer', ''),
      frame(6, '(garbage collector)', ''),
      frame(7, '(idle)', ''),
      frame(8, '(program)', ''),
    ];
    const samples = [2, 3, 3, 5, 6, 7, 8];
    const timeDeltas = [1, 1, 2, 2, 3, 100, 1];
    const profile = { nodes, samples, timeDeltas, startTime: 0, endTime: 110 };
    const { curve, sockets, memory, other, ...rest } = sharesOf(
      'handshake',
      profile,
      (url) => url,
    );
    expect([curve, sockets, memory, other]).toEqual([0.4, 0.2, 0.3, 0.1]);
    expect(rest).toEqual({ crypto: 0, rlp: 0, csp: 0, peer: 0 });
  });

  it('tells the ciphers of a message apart', () => {
    const nodes = [
      frame(1, '(root)', '', [2, 4, 6]),
      frame(2, 'update', 'impl/crypto/fast-frames.ts', [3]),
      frame(3, 'wasm-function[7]', 'wasm://wasm/0'),
      frame(4, 'apply', 'impl/crypto/node.ts', [5]),
      frame(5, 'update', 'node:internal/crypto/cipher'),
      frame(6, 'encode', 'impl/p2p/rlpx/snappy-encoder.ts', [7]),
      frame(7, 'writeMsg', 'impl/p2p/rlpx/transport.ts'),
    ];
    const [samples, timeDeltas] = [
      [3, 5, 6, 7],
      [4, 3, 2, 1],
    ];
    const profile = { nodes, samples, timeDeltas, startTime: 0, endTime: 10 };
    expect(sharesOf('message', profile, (url) => url)).toMatchObject({
      ...{ mac: 0.4, aes: 0.3, snappy: 0.2, peer: 0.1, other: 0 },
    });
  });
});

describe('filesByLine', () => {
  it('finds of each line of a bundle the file that it comes from', () => {
    const lines = [
      'import x;',
      '// impl/csp/chan.ts',
      'a();',
      '// no file',
      '// node_modules/@bitauth/libauth/a.js',
      'b();',
    ];
    const [chan, libauth] = ['impl/csp/chan.ts', 'node_modules/@bitauth/libauth/a.js'];
    expect(filesByLine(lines.join('\n'))).toEqual([
      ...['', chan, chan, chan, libauth, libauth],
    ]);
  });
});
