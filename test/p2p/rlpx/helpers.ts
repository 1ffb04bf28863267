/** What the tests of this folder share: two keys, a run under virtual time, raw remotes. */

import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { createFrameCrypto, initCrypto, publicKey } from '#crypto';
import { concat, toHex, writeUint } from '../../../impl/bytes.ts';
import { eciesEncrypt } from '../../../impl/crypto/ecies.ts';
import { runtime } from '../../../impl/csp/runtime.ts';
import { WaitGroup } from '../../../impl/csp/wait-group.ts';
import type { NetConn } from '../../../impl/net/net-conn.ts';
import { pipe, type PipeOptions } from '../../../impl/net/pipe.ts';
import type {
  EncTransport,
  ProtoHandshake,
  Transport,
} from '../../../impl/p2p/conn.ts';
import { nodeIDOf, type Node } from '../../../impl/p2p/enode.ts';
import { FrameRW, maxFrameSize, type Frame } from '../../../impl/p2p/rlpx/frame.ts';
import { initiate } from '../../../impl/p2p/rlpx/handshake.ts';
import { newRLPX, type RLPXOptions } from '../../../impl/p2p/rlpx/transport.ts';
import { encode, type RlpValue } from '../../../impl/rlp/encode.ts';
import { simulate, type SimulateOptions } from '../../../impl/sim/simulate.ts';
import { atOnce } from '../../helpers/at-once.ts';

// Before any test file of this folder makes a packet.
await initCrypto();

/** Node A dials, node B listens. */
export const keyA = new Uint8Array(32).fill(0xaa);
export const keyB = new Uint8Array(32).fill(0xbb);
export const keyC = new Uint8Array(32).fill(0xcc);

export function nodeOf(privateKey: Uint8Array): Node {
  const id = nodeIDOf(toHex(publicKey(privateKey)));
  return { id, host: '10.0.0.2', port: 30303 };
}

export function helloOf(
  privateKey: Uint8Array,
  fields: Partial<ProtoHandshake> = {},
): ProtoHandshake {
  const caps = [{ name: 'eth', version: 63 }];
  const id = publicKey(privateKey);
  return { version: 5, name: 'peerwalk/test', caps, listenPort: 0, id, ...fields };
}

export interface Run<T> {
  readonly value: T;
  /** Virtual milliseconds. */
  readonly duration: number;
}

/** Runs under virtual time; when `main` returns, no task may be left. */
export async function run<T>(
  main: () => Promise<T>,
  options: SimulateOptions = {},
): Promise<Run<T>> {
  const { outcome, left, failures, duration } = await simulate(options, main);
  if (outcome.status === 'threw') throw outcome.error;
  expect(outcome).toMatchObject({ status: 'done' });
  expect(failures).toEqual([]);
  expect(left).toEqual([]);
  if (outcome.status !== 'done') throw new Error(outcome.status);
  return { value: outcome.value, duration };
}

export type Result<T> = { readonly value: T } | { readonly error: unknown };

/** What a task ends with, and when. */
export async function attempt<T>(
  task: () => Promise<T>,
): Promise<Result<T> & { readonly at: number }> {
  try {
    const value = await task();
    return { value, at: runtime().now() };
  } catch (error) {
    return { error, at: runtime().now() };
  }
}

/** The error of a task that has to fail. */
export async function failureOf(task: () => Promise<unknown>): Promise<unknown> {
  const result = await attempt(task);
  if ('error' in result) return result.error;
  throw new Error('it did not fail');
}

/** Runs two tasks at a time, and throws what either throws. */
export async function together<A, B>(
  a: () => Promise<A>,
  b: () => Promise<B>,
): Promise<[A, B]> {
  const errors: unknown[] = [];
  const group = new WaitGroup((_name, error) => errors.push(error));
  let first: { value: A } | undefined;
  let second: { value: B } | undefined;
  group.go('first', async () => {
    first = { value: await a() };
  });
  group.go('second', async () => {
    second = { value: await b() };
  });
  await group.wait();
  if (first !== undefined && second !== undefined) return [first.value, second.value];
  throw errors[0];
}

/** A remote that does what it likes: frames by hand on a connection. */
export class RawPeer {
  readonly fd: NetConn;
  readonly frames: FrameRW;

  constructor(fd: NetConn, frames: FrameRW) {
    this.fd = fd;
    this.frames = frames;
  }

  seal(code: number, data: Uint8Array): Uint8Array {
    return atOnce(this.frames.seal(code, data));
  }

  async send(code: number, data: Uint8Array): Promise<void> {
    await this.fd.write(this.seal(code, data));
  }

  async receive(): Promise<Frame> {
    const body = this.frames.openHeader(await this.fd.readFull(32), maxFrameSize);
    return atOnce(body.open(await this.fd.readFull(body.length)));
  }
}

/** Ours and a raw remote, after the encryption handshake. We are the recipient. */
export async function withRawPeer(
  options: PipeOptions & RLPXOptions = {},
): Promise<{ ours: EncTransport; raw: RawPeer }> {
  const [theirFd, ourFd] = pipe(options);
  const fresh = newRLPX(ourFd, options);
  const [{ secrets }, ours] = await together(
    () => initiate(theirFd, keyA, publicKey(keyB)),
    () => fresh.doEncHandshake(keyB, undefined),
  );
  return { ours, raw: new RawPeer(theirFd, new FrameRW(createFrameCrypto(secrets))) };
}

/** The same after Hello: from now on payloads are compressed, unless `version` is 4. */
export async function withHelloDone(
  hello: Partial<ProtoHandshake> = {},
  options: PipeOptions & RLPXOptions = {},
): Promise<{ ours: Transport; raw: RawPeer }> {
  const { encodeHello } = await import('../../../impl/p2p/rlpx/hello.ts');
  const { ours, raw } = await withRawPeer(options);
  const [greeting] = await together(
    () => ours.doProtoHandshake(helloOf(keyB)),
    async () => {
      await raw.send(0, encodeHello(helloOf(keyA, hello)));
      await raw.receive();
    },
  );
  return { ours: greeting.messages, raw };
}

/** Two of our transports, after both handshakes. */
export async function connected(
  options: PipeOptions = {},
): Promise<{ a: Transport; b: Transport; fds: [NetConn, NetConn] }> {
  const fds = pipe(options);
  const [a, b] = await together(
    async () => {
      const named = await newRLPX(fds[0]).doEncHandshake(keyA, nodeOf(keyB));
      return named.doProtoHandshake(helloOf(keyA));
    },
    async () => {
      const named = await newRLPX(fds[1]).doEncHandshake(keyB, undefined);
      return named.doProtoHandshake(helloOf(keyB));
    },
  );
  return { a: a.messages, b: b.messages, fds };
}

/** A handshake packet in the form of EIP-8, with every part open to change. */
export function packet(
  receiver: Uint8Array,
  list: RlpValue | Uint8Array,
  {
    padding = 100,
    isEncoded = false,
    size,
  }: { padding?: number; isEncoded?: boolean; size?: number } = {},
): Uint8Array {
  const body = isEncoded && list instanceof Uint8Array ? list : encode(list);
  const plaintext = concat(body, new Uint8Array(padding));
  const prefix = writeUint(size ?? plaintext.length + 113, 2);
  const random = {
    ephemeralKey: new Uint8Array(32).fill(7),
    iv: new Uint8Array(16).fill(9),
  };
  return concat(prefix, eciesEncrypt(receiver, plaintext, random, prefix));
}

/** Ways to cut bytes into TCP segments: whole, single bytes, and at random. */
export function segmentations(bytes: Uint8Array): readonly (readonly Uint8Array[])[] {
  const single = Array.from(bytes, (byte) => Uint8Array.of(byte));
  const cuts: Uint8Array[] = [];
  // A fixed pseudo-random walk: the same cuts in each run.
  for (let at = 0, step = 1; at < bytes.length; at += step) {
    step = 1 + ((at * 7919 + step * 104_729) % 97);
    cuts.push(bytes.subarray(at, at + step));
  }
  return [[bytes], single, cuts];
}

const named = process.env['PEERWALK_VECTORS'];
export const vectorFile = named === '' ? undefined : named;

/** Ends the name of a test that needs the file. */
export const needsVectors = '(skipped unless PEERWALK_VECTORS names the file)';

type VectorSection =
  'eip8' | 'frameFakeHash' | 'generatedFrames' | 'protocolHandshakeErrors';

/** A part of the vectors. The caller states its shape; a missing key fails the test. */
export function vectors(section: VectorSection): unknown {
  const text = readFileSync(vectorFile ?? '', 'utf8');
  const all = JSON.parse(text) as Record<string, unknown>; // it is an object
  return all[section];
}
