/** What the plain frame crypto is made of, by the @noble packages. */

import { unsafe } from '@noble/ciphers/aes.js';
import { Keccak } from '@noble/hashes/sha3.js';
import type { BlockCipher } from './frame-mac.ts';
import { aesKeyLengths, checkLength } from './provider.ts';
import type { CtrStream, RunningKeccak } from './provider.ts';

/** Keccak-256: blocks of 136 bytes, padding 0x01 where SHA3-256 has 0x06. */
export function newKeccak(): Keccak {
  return new Keccak(136, 0x01, 32);
}

export function createKeccak(): RunningKeccak {
  const state = newKeccak();
  return {
    update: (data) => {
      state.update(data);
    },
    digest: () => state.clone().digest(),
  };
}

/** The block functions of the package are `unsafe` without a mode; the mode is here. */
export function createCtr(key: Uint8Array, iv: Uint8Array): CtrStream {
  checkLength('AES key', key, ...aesKeyLengths);
  checkLength('counter block', iv, 16);
  const schedule = unsafe.expandKeyLE(key.slice());
  const counter = iv.slice();
  const keystream = new Uint8Array(16);
  let used = 16; // bytes of `keystream` that are spent

  return {
    apply(data) {
      const out = data.slice();
      let at = 0;
      while (at < out.length) {
        if (used === 16 && out.length - at >= 16) {
          at += applyBlocks(schedule, counter, out, at);
          continue;
        }
        if (used === 16) {
          keystream.fill(0);
          unsafe.ctrCounter(schedule, counter, keystream, keystream);
          used = 0;
        }
        out[at] = (out[at] ?? 0) ^ (keystream[used] ?? 0);
        at += 1;
        used += 1;
      }
      return out;
    },
  };
}

/** Applies whole blocks of keystream from `at` on; returns how many bytes that were. */
function applyBlocks(
  schedule: Uint32Array,
  counter: Uint8Array,
  out: Uint8Array,
  at: number,
): number {
  const length = Math.floor((out.length - at) / 16) * 16;
  const blocks = out.slice(at, at + length); // aligned to words, as the package wants
  unsafe.ctrCounter(schedule, counter, blocks, blocks);
  out.set(blocks, at);
  return length;
}

export function createBlockCipher(key: Uint8Array): BlockCipher {
  checkLength('AES key', key, ...aesKeyLengths);
  const schedule = unsafe.expandKeyLE(key.slice());
  return {
    encrypt(block) {
      checkLength('block', block, 16);
      return unsafe.encryptBlock(schedule, block.slice());
    },
  };
}
