/**
 * A frame from its parts, as fast as the libraries allow: Snappy, AES-256-CTR and the
 * running Keccak MAC, in memory, with nothing around them. No connection can be faster
 * with these parts; ours is measured against it. Not a codec to use: it checks nothing
 * but its MAC.
 */

import {
  createCipheriv,
  createDecipheriv,
  randomBytes,
  type Cipher,
  type Decipher,
} from 'node:crypto';
import { createKeccak } from 'hash-wasm';
import { compress, uncompress } from 'snappyjs';

type Keccak = Awaited<ReturnType<typeof createKeccak>>;

const blockLength = 16;
const headerLength = 32;

/** One hasher for one direction: its digest ends it, so the state is put back. */
class Mac {
  readonly #hasher: Keccak;
  readonly #cipher: Cipher;
  #digest: Uint8Array;

  constructor(hasher: Keccak, key: Uint8Array) {
    this.#hasher = hasher;
    this.#hasher.init();
    this.#hasher.update(key);
    this.#cipher = createCipheriv('aes-256-ecb', key, null);
    this.#digest = this.#sum();
  }

  #sum(): Uint8Array {
    const state = this.#hasher.save();
    const digest = this.#hasher.digest('binary');
    this.#hasher.load(state);
    return digest;
  }

  body(data: Uint8Array): Uint8Array {
    this.#hasher.update(data);
    this.#digest = this.#sum();
    return this.step(this.#digest);
  }

  step(seed: Uint8Array): Uint8Array {
    const mask = this.#cipher.update(this.#digest.subarray(0, blockLength));
    for (let i = 0; i < blockLength; i++) mask[i] = (mask[i] ?? 0) ^ (seed[i] ?? 0);
    this.#hasher.update(mask);
    this.#digest = this.#sum();
    return this.#digest.subarray(0, blockLength);
  }
}

export class PartsCodec {
  readonly #egress: Mac;
  readonly #ingress: Mac;
  readonly #encrypt: Cipher;
  readonly #decrypt: Decipher;

  private constructor(egress: Mac, ingress: Mac, key: Uint8Array) {
    this.#egress = egress;
    this.#ingress = ingress;
    const iv = new Uint8Array(blockLength);
    this.#encrypt = createCipheriv('aes-256-ctr', key, iv);
    this.#decrypt = createDecipheriv('aes-256-ctr', key, iv);
  }

  static async create(): Promise<PartsCodec> {
    const [key, mac] = [randomBytes(32), randomBytes(32)];
    const egress = new Mac(await createKeccak(256), mac);
    const ingress = new Mac(await createKeccak(256), mac);
    return new PartsCodec(egress, ingress, key);
  }

  seal(code: number, payload: Uint8Array): Uint8Array {
    const data = compress(payload);
    const size = data.length + 1;
    const padded = Math.ceil(size / blockLength) * blockLength;
    const plain = Buffer.alloc(blockLength + padded);
    plain.writeUIntBE(size, 0, 3);
    plain[blockLength] = code;
    plain.set(data, blockLength + 1);
    const sealed = this.#encrypt.update(plain);
    const frame = Buffer.allocUnsafe(sealed.length + 2 * blockLength);
    frame.set(sealed.subarray(0, blockLength));
    frame.set(this.#egress.step(sealed), blockLength);
    frame.set(sealed.subarray(blockLength), headerLength);
    const body = frame.subarray(headerLength, headerLength + padded);
    frame.set(this.#egress.body(body), headerLength + padded);
    return frame;
  }

  open(frame: Uint8Array): Uint8Array {
    const header = this.#decrypt.update(frame.subarray(0, blockLength));
    const size = header.readUIntBE(0, 3);
    check(this.#ingress.step(frame), frame.subarray(blockLength, headerLength));
    const body = frame.subarray(headerLength, frame.length - blockLength);
    check(this.#ingress.body(body), frame.subarray(frame.length - blockLength));
    return uncompress(this.#decrypt.update(body).subarray(1, size));
  }
}

function check(ours: Uint8Array, theirs: Uint8Array): void {
  if (Buffer.compare(ours, theirs) !== 0) throw new Error('the MAC does not agree');
}

export interface CodecTimes {
  readonly sealUs: number;
  readonly openUs: number;
}

/** CPU of sealing and of opening one message, each over batches for about `ms`. */
export async function timeCodec(size: number, ms: number): Promise<CodecTimes> {
  const codec = await PartsCodec.create();
  const payload = randomBytes(size);
  const batch = Math.max(1, Math.min(200, Math.floor(2 ** 21 / size)));
  const measure = (until: number): CodecTimes => {
    let [count, seal, open] = [0, 0, 0];
    do {
      const frames: Uint8Array[] = [];
      const start = cpuMicros();
      for (let i = 0; i < batch; i++) frames.push(codec.seal(0x10, payload));
      const middle = cpuMicros();
      for (const frame of frames) codec.open(frame);
      open += cpuMicros() - middle;
      seal += middle - start;
      count += batch;
    } while (performance.now() < until);
    return { sealUs: seal / count, openUs: open / count };
  };
  measure(performance.now() + ms / 2); // warm
  return measure(performance.now() + ms);
}

/** User and system time of this process, in microseconds. */
export function cpuMicros(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}
