/**
 * Feeds a target and judges what comes of it: a value or an error of a known class, work
 * in bounds, and nothing held afterwards.
 */

import fc from 'fast-check';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { fromHex, toHex } from '../../impl/bytes.ts';
import { keccakHash } from '../../impl/core/hash.ts';
import { isFault } from '../../impl/p2p/fault.ts';
import { inputs, type Shape } from './inputs.ts';

/** The target says so itself: something is held, or is not what it must be. */
export class Violation extends Error {
  override readonly name = 'Violation';
}

export interface Target {
  readonly name: string;
  readonly shape: Shape;
  /** Valid inputs. `initCrypto()` has been awaited. */
  readonly seeds: () => readonly Uint8Array[];
  /** Bytes in front of a seed that are no RLP. */
  readonly head?: number;
  /**
   * Throws nothing but a known class of error, or a `Violation`.
   *
   * @returns how much work it was, counted; undefined where nothing can be counted
   */
  readonly run: (input: Uint8Array) => number | undefined | Promise<number | undefined>;
  /** The most work that so many bytes may cost. */
  readonly most?: (length: number) => number;
  /** Runs in the short form. Default 100; what runs a whole node has fewer. */
  readonly shortRuns?: number;
}

export interface Failure {
  readonly input: Uint8Array;
  readonly error: Error;
}

/** @throws {Violation} what the input must not bring about */
export async function judge(target: Target, input: Uint8Array): Promise<void> {
  let work: number | undefined;
  try {
    work = await target.run(input);
  } catch (error) {
    if (error instanceof Violation) throw error;
    if (!isFault(error)) return;
    const text =
      error instanceof Error ? (error.stack ?? error.message) : String(error);
    throw new Violation(`a fault of ours: ${text}`, { cause: error });
  }
  const most = target.most?.(input.length);
  if (work !== undefined && most !== undefined && work > most) {
    throw new Violation(
      `${work} units of work for ${input.length} bytes, at most ${most}`,
    );
  }
}

/** @param begin is told each input before it is tried */
export async function fuzz(
  target: Target,
  seed: number,
  runs: number,
  begin: (input: Uint8Array) => void = () => undefined,
): Promise<Failure | undefined> {
  const given = target.seeds();
  for (const valid of given) {
    begin(valid);
    const error = await failure(target, valid);
    if (error !== undefined) return { input: valid, error };
  }
  const property = fc.asyncProperty(
    inputs(target.shape, given, target.head),
    async (input) => {
      begin(input);
      await judge(target, input);
    },
  );
  const details = await fc.check(property, {
    seed,
    numRuns: runs,
    endOnFailure: false,
  });
  if (!details.failed) return undefined;
  const [input = new Uint8Array()] = details.counterexample ?? [];
  const error = (await failure(target, input)) ?? new Error('it failed only once');
  return { input, error };
}

async function failure(target: Target, input: Uint8Array): Promise<Error | undefined> {
  try {
    await judge(target, input);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

const found = new URL('../hostile/found/', import.meta.url);

/** Keeps an input for `test/hostile/found.test.ts`, and says where. */
export function keep(name: string, input: Uint8Array): string {
  const file = `${name.replaceAll('/', '-')}-${keccakHash(input).slice(2, 10)}.hex`;
  writeFileSync(new URL(file, found), `${name}\n${toHex(input)}\n`);
  return `test/hostile/found/${file}`;
}

export interface Found {
  readonly file: string;
  readonly target: string;
  readonly input: Uint8Array;
}

export function readFound(file: string): Found {
  const [target = '', hex = ''] = readFileSync(new URL(file, found), 'utf8').split(
    '\n',
  );
  return { file, target, input: fromHex(hex) };
}

export function allFound(): readonly Found[] {
  return readdirSync(found)
    .filter((file) => file.endsWith('.hex'))
    .toSorted()
    .map(readFound);
}
