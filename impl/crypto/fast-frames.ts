/**
 * Keccak and frame crypto by our own WebAssembly module, whose source is in `wasm/`. All
 * connections share one instance: the one at work has its record in there, the others
 * keep theirs outside, as bytes that go when their connection goes.
 */

import { wasmBase64 } from './wasm-bytes.ts';
import { checkLength } from './provider.ts';
import type { CtrStream, FrameCrypto, FrameKeys, RunningKeccak } from './provider.ts';

/** What the module exports: places in its memory, and functions that work on these. */
interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly window: Place;
  readonly windowLength: Place;
  readonly hash: Place;
  readonly record: Place;
  readonly recordLength: Place;
  readonly egress: Place;
  readonly ingress: Place;
  readonly keys: Place;

  resetHash(): void;
  updateHash(running: number, length: number): void;
  digestHash(): void;

  begin(): void;
  expandKeys(): void;
  beginMAC(side: number, length: number): void;
  skipBlocks(side: number, count: number): number;
  sealHeader(): void;
  sealBody(length: number): void;
  sealMAC(): void;
  openHeader(): number;
  openBody(length: number): void;
  openMAC(): number;
}

interface Place {
  readonly value: number;
}

// No types of a page or of Node declare it.
declare const WebAssembly: {
  instantiate(bytes: Uint8Array): Promise<{ instance: { exports: unknown } }>;
};

/** Makes a cipher for bulk data that begins at this counter block. */
type Bulk = (key: Uint8Array, counter: Uint8Array) => CtrStream;

/**
 * From this length on, the platform's AES is faster although each call of it makes a new
 * cipher. To keep one would save 3 µs of a large frame and cost each idle peer two.
 */
const bulkFrom = 512;

/** A hash in the module: 25 lanes, and how much is in since the last permutation. */
const hashLength = 208;

const blockLength = 16;
const macLength = 16;
const keyLength = 32;

/** One instance of the module. */
export class FastFrames {
  readonly exports: Exports;
  readonly window: Uint8Array;
  readonly bulk: Bulk;
  readonly #record: Uint8Array;
  /** Whose record is in the module. */
  #atWork: FastFrameCrypto | undefined;

  constructor(exports: Exports, bulk: Bulk) {
    this.exports = exports;
    this.bulk = bulk;
    const view = (at: Place, length: number): Uint8Array =>
      new Uint8Array(exports.memory.buffer, at.value, length);
    this.window = view(exports.window, exports.windowLength.value);
    this.#record = view(exports.record, exports.recordLength.value);
  }

  static async load(bulk: Bulk): Promise<FastFrames> {
    const bytes = Uint8Array.from(atob(wasmBase64), (char) => char.charCodeAt(0));
    const { instance } = await WebAssembly.instantiate(bytes);
    // The module is ours, and this is what its entry file exports.
    return new FastFrames(instance.exports as Exports, bulk);
  }

  keccak256(parts: readonly Uint8Array[]): Uint8Array {
    this.exports.resetHash();
    for (const part of parts) this.update(this.exports.hash.value, part);
    this.exports.digestHash();
    return this.window.slice(0, 32);
  }

  /** A hash that goes on later: its state is outside while others are hashed. */
  createKeccak(): RunningKeccak {
    const { exports } = this;
    const place = new Uint8Array(exports.memory.buffer, exports.hash.value, hashLength);
    exports.resetHash();
    const state = place.slice();
    return {
      update: (data) => {
        place.set(state);
        this.update(exports.hash.value, data);
        state.set(place);
      },
      digest: () => {
        place.set(state);
        exports.digestHash();
        return this.window.slice(0, 32);
      },
    };
  }

  /** Hashes all of `data`, by way of the window. */
  update(hash: number, data: Uint8Array): void {
    const { length } = this.window;
    for (let at = 0; at < data.length; at += length) {
      const piece = data.length <= length ? data : data.subarray(at, at + length);
      this.window.set(piece);
      this.exports.updateHash(hash, piece.length);
    }
  }

  createFrameCrypto(keys: FrameKeys): FrameCrypto {
    checkLength('key', keys.aes, keyLength);
    checkLength('key', keys.mac, keyLength);
    const record = new Uint8Array(this.#record.length);
    const made = new FastFrameCrypto(this, record);
    this.enter(made);
    const { exports, window } = this;
    window.set(keys.aes);
    window.set(keys.mac, keyLength);
    exports.begin();
    window.set(keys.egress);
    exports.beginMAC(exports.egress.value, keys.egress.length);
    window.set(keys.ingress);
    exports.beginMAC(exports.ingress.value, keys.ingress.length);
    return made;
  }

  // #region frames-enter
  /** Brings a connection's record in, and carries the last one's out. */
  enter(next: FastFrameCrypto): void {
    if (this.#atWork === next) return;
    this.#atWork?.record.set(this.#record);
    this.#record.set(next.record);
    this.exports.expandKeys();
    this.#atWork = next;
  }
  // #endregion frames-enter

  /** Applies the platform's keystream, at the place where that of `side` is. */
  applyBulk(side: number, part: Uint8Array): Uint8Array {
    const { keys, record } = this.exports;
    const before = this.exports.skipBlocks(side, part.length / blockLength);
    const counter = new Uint8Array(blockLength);
    new DataView(counter.buffer).setBigUint64(8, BigInt(before));
    const keyAt = keys.value - record.value;
    return this.bulk(this.#record.subarray(keyAt, keyAt + keyLength), counter).apply(
      part,
    );
  }
}

/** The frame crypto of one connection. */
class FastFrameCrypto implements FrameCrypto {
  readonly #module: FastFrames;
  /** Up to date while another connection is at work. */
  readonly record: Uint8Array;

  constructor(module: FastFrames, record: Uint8Array) {
    this.#module = module;
    this.record = record;
  }

  sealHeader(header: Uint8Array): void {
    const { window, exports } = this.#entered();
    window.set(header);
    exports.sealHeader();
    header.set(window.subarray(0, blockLength + macLength));
  }

  sealBody(part: Uint8Array): void {
    const module = this.#entered();
    const { window, exports } = module;
    if (part.length < bulkFrom) {
      window.set(part);
      exports.sealBody(part.length);
      part.set(window.subarray(0, part.length));
    } else {
      part.set(module.applyBulk(exports.egress.value, part));
      module.update(exports.egress.value, part);
    }
  }

  sealMAC(mac: Uint8Array): void {
    const { window, exports } = this.#entered();
    exports.sealMAC();
    mac.set(window.subarray(0, macLength));
  }

  openHeader(header: Uint8Array): boolean {
    const { window, exports } = this.#entered();
    window.set(header);
    if (exports.openHeader() === 0) return false;
    header.set(window.subarray(0, blockLength));
    return true;
  }

  openBody(part: Uint8Array, into: Uint8Array): void {
    const module = this.#entered();
    const { window, exports } = module;
    if (part.length < bulkFrom) {
      window.set(part);
      exports.openBody(part.length);
      into.set(window.subarray(0, part.length));
    } else {
      module.update(exports.ingress.value, part);
      into.set(module.applyBulk(exports.ingress.value, part));
    }
  }

  openMAC(mac: Uint8Array): boolean {
    const { window, exports } = this.#entered();
    window.set(mac);
    return exports.openMAC() === 1;
  }

  #entered(): FastFrames {
    this.#module.enter(this);
    return this.#module;
  }
}
