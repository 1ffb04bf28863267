/**
 * The frames of a connection, as far as they cost time: AES-CTR for short ones, and the
 * MACs of both directions. One connection is at work at a time. Its record lies at
 * `record`, and who uses the module carries it in and out; the bytes of a frame lie at
 * `window`.
 */

import { encryptBlock, expandKey } from './aes.ts';
import { digest, hashLength, reset, update } from './keccak.ts';

/** One direction: a running hash, its digest at the last step, blocks of keystream used. */
const digestAt: usize = hashLength;
const blocksAt: usize = digestAt + 16;
const sideLength: usize = blocksAt + 8;

/** A record: both directions, and the keys of cipher and MAC, 32 bytes each. */
const keysLength: usize = 64;
export const recordLength: usize = 2 * sideLength + keysLength;
export const record: usize = memory.data(528, 16);
export const egress: usize = record;
export const ingress: usize = record + sideLength;
export const keys: usize = ingress + sideLength;

/** The expanded keys of the record: 480 bytes that are made again in less time than 1 µs. */
const cipherKey: usize = memory.data(240, 16);
const macKey: usize = memory.data(240, 16);

/** A hash that belongs to no connection. */
export const hash: usize = memory.data(208, 16);

export const windowLength: u32 = 65536;
export const window: usize = memory.data(65536, 16);

const block: usize = memory.data(16, 16);

// -- hashes ---------------------------------------------------------------------------

export function resetHash(): void {
  reset(hash);
}

/** Hashes `length` bytes of the window; also for a direction's MAC, of encrypted bytes. */
export function updateHash(running: usize, length: u32): void {
  update(running, window, length);
}

/** Puts the digest, 32 bytes, to the window. */
export function digestHash(): void {
  digest(hash, window, 32);
}

// -- a connection ---------------------------------------------------------------------

/** Makes a new record from the keys of cipher and MAC, 32 bytes each, in the window. */
export function begin(): void {
  memory.fill(record, 0, recordLength);
  memory.copy(keys, window, keysLength);
  expandKeys();
}

/** The record was carried in. */
export function expandKeys(): void {
  expandKey(keys, cipherKey);
  expandKey(keys + 32, macKey);
}

/** Begins the MAC of a direction with `length` bytes of the window. */
export function beginMAC(side: usize, length: u32): void {
  update(side, window, length);
  digest(side, side + digestAt, 16);
}

/** Counts what was encrypted elsewhere. Returns how many blocks came before. */
export function skipBlocks(side: usize, count: u32): f64 {
  const before = load<u64>(side + blocksAt);
  store<u64>(side + blocksAt, before + count);
  return <f64>before;
}

/** Encrypts or decrypts bytes of the window: a block of keystream is the next number's. */
function applyKeystream(side: usize, length: u32): void {
  let count = load<u64>(side + blocksAt);
  for (let at = window; at < window + length; at += 16) {
    encryptBlock(cipherKey, 0, bswap<u64>(count), block);
    store<u64>(at, load<u64>(at) ^ load<u64>(block));
    store<u64>(at, load<u64>(at, 8) ^ load<u64>(block, 8), 8);
    count += 1;
  }
  store<u64>(side + blocksAt, count);
}

// #region wasm-mac-step
/**
 * The step of a MAC: mixes the seed with the hash's own encrypted digest, and hashes that.
 * The first half of the digest then is the MAC.
 */
function step(side: usize, seed: usize): void {
  const last = side + digestAt;
  encryptBlock(macKey, load<u64>(last), load<u64>(last, 8), block);
  store<u64>(block, load<u64>(block) ^ load<u64>(seed));
  store<u64>(block, load<u64>(block, 8) ^ load<u64>(seed, 8), 8);
  update(side, block, 16);
  digest(side, last, 16);
}
// #endregion wasm-mac-step

/** Tells whether the direction's MAC is what stands at `at`. One time for every answer. */
function matches(side: usize, at: usize): bool {
  const mac = side + digestAt;
  const low = load<u64>(mac) ^ load<u64>(at);
  const high = load<u64>(mac, 8) ^ load<u64>(at, 8);
  return (low | high) == 0;
}

// -- frames ---------------------------------------------------------------------------

export function sealHeader(): void {
  applyKeystream(egress, 16);
  step(egress, window);
  memory.copy(window + 16, egress + digestAt, 16);
}

export function openHeader(): bool {
  step(ingress, window);
  if (!matches(ingress, window + 16)) return false;
  applyKeystream(ingress, 16);
  return true;
}

export function sealBody(length: u32): void {
  applyKeystream(egress, length);
  update(egress, window, length);
}

export function openBody(length: u32): void {
  update(ingress, window, length);
  applyKeystream(ingress, length);
}

/** The seed of a body's MAC is the digest of all that came, the body included. */
function endBody(side: usize): void {
  digest(side, side + digestAt, 16);
  step(side, side + digestAt);
}

export function sealMAC(): void {
  endBody(egress);
  memory.copy(window, egress + digestAt, 16);
}

export function openMAC(): bool {
  endBody(ingress);
  return matches(ingress, window);
}
