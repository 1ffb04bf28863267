/**
 * What the attacked node computes, counted where it is done: at the provider of the
 * cryptography, at Snappy and RLP, at the chain and at the runtime. The runtime says which
 * task runs, and a task is the node's if the one that started it is. So what the stranger
 * and the honest peer compute is not counted, nor what the node does for the honest peer.
 */

import * as crypto from '#crypto';
import * as blocks from '../../impl/core/block.ts';
import type { Chain } from '../../impl/core/chain.ts';
import * as headers from '../../impl/core/header.ts';
import * as transactions from '../../impl/core/transaction.ts';
import type { FrameCrypto, RunningKeccak } from '../../impl/crypto/provider.ts';
import { runtime } from '../../impl/csp/runtime.ts';
import { sliceUnits } from '../../impl/csp/seam.ts';
import * as slices from '../../impl/csp/slices.ts';
import * as where from '../../impl/csp/where.ts';
import * as snappy from '../../impl/p2p/rlpx/snappy.ts';
import * as encoder from '../../impl/p2p/rlpx/snappy-encoder.ts';
import * as decoding from '../../impl/rlp/decode.ts';
import * as fields from '../../impl/rlp/fields.ts';
import { countsOf, noWork, type Work } from './bounds.ts';

type Counts = { -readonly [K in keyof Work]: number };

export class Meter {
  /** Bytes of the longest payload that anybody has decompressed. */
  longest = 0;
  readonly #counts: Counts = { ...noWork };
  readonly #isNodes = new WeakMap<where.Where, boolean>();
  readonly #undo: (() => void)[] = [];
  /** Of the task that runs. Undefined outside of a simulation: then everything is counted. */
  #here: where.Where | undefined;
  #counting = true;
  #forOthers = false;

  /** Counts until `end`. One at a time, and before the simulation begins. */
  begin(): void {
    this.#tellTasks();
    this.#countCrypto();
    this.#countSnappy();
    this.#countSlices();
    this.#count('built', headers, 'readHeader');
    this.#count('built', blocks, 'blockOf');
    this.#count('built', blocks, 'bodyOf');
    this.#count('built', transactions, 'readTransaction');
    this.#count('decoded', decoding, 'decode');
    this.#count('integers', fields, 'asUint');
    this.#count('integers', fields, 'asNumber');
  }

  /** What has been counted stays. */
  end(): void {
    for (const undo of this.#undo.splice(0).reverse()) undo();
  }

  /** Counts looks into this chain, too, and the units of the run that is in progress. */
  watch(chain: Chain): void {
    for (const name of lookups) this.#count('lookups', chain, name);
    if (this.#here === undefined) return; // the real runtime needs to hear of them
    this.#replace(runtime(), 'spent', () => (units) => {
      this.#add('units', units);
    });
  }

  /** The tasks that are started meanwhile by whoever calls this are the node's. */
  async startsNode(start: () => Promise<void>): Promise<void> {
    const here = this.#here;
    if (here !== undefined) this.#isNodes.set(here, true);
    await start();
    if (here === undefined) return;
    this.#isNodes.delete(here);
    this.#counting = false;
  }

  /** What the node starts meanwhile is for somebody who is no stranger. */
  async forHonest<T>(join: () => Promise<T>): Promise<T> {
    this.#forOthers = true;
    try {
      return await join();
    } finally {
      this.#forOthers = false;
    }
  }

  /** All that has been counted, or since `before` was. */
  work(before: Work = noWork): Work {
    const counts = { ...this.#counts };
    for (const each of countsOf) counts[each] -= before[each];
    return counts;
  }

  #add(what: keyof Work, count: number): void {
    if (this.#counting) this.#counts[what] += count;
  }

  #replace<T extends object, K extends keyof T>(
    on: T,
    name: K,
    made: (real: T[K]) => T[K],
  ): void {
    const before = Object.getOwnPropertyDescriptor(on, name);
    const value = made(on[name]);
    Object.defineProperty(on, name, { value, configurable: true, enumerable: true });
    this.#undo.push(() => {
      if (before === undefined) Reflect.deleteProperty(on, name);
      else Object.defineProperty(on, name, before);
    });
  }

  /** Counts calls of a function, or what `cost` makes of their arguments. */
  #count<T extends object>(
    what: keyof Work,
    on: T,
    name: keyof T,
    cost: (...args: never[]) => number = one,
  ): void {
    const add = this.#add.bind(this);
    this.#replace(on, name, (real) => {
      const call = real as (...args: never[]) => unknown; // a function: `name` says which
      const counted = function (this: unknown, ...args: never[]): unknown {
        add(what, cost(...args));
        return call.apply(this, args);
      };
      return counted as T[typeof name];
    });
  }

  /** Whose a task is stands beside the mark that the runtime makes for it. */
  #tellTasks(): void {
    this.#replace(where, 'newWhere', (real) => () => {
      const made = real();
      const isNodes = this.#here !== undefined && this.#isNodes.get(this.#here);
      if (isNodes === true) this.#isNodes.set(made, !this.#forOthers);
      return made;
    });
    this.#replace(where, 'standAt', (real) => (here) => {
      real(here);
      this.#here = here;
      this.#counting = this.#isNodes.get(here) === true;
      this.#add('turns', 1);
    });
  }

  #countCrypto(): void {
    for (const name of ['ecdh', 'publicKey', 'sign', 'recover'] as const) {
      this.#count('points', crypto, name);
    }
    this.#count('recoveries', crypto, 'recover');
    this.#count('keccaks', crypto, 'keccak256');
    for (const name of ['keccak256', 'sha256', 'hmacSha256'] as const) {
      this.#count('hashed', crypto, name, lengthOfAll);
    }
    this.#replace(crypto, 'createKeccak', (real) => () => this.#countedKeccak(real()));
    this.#replace(crypto, 'createCtr', (real) => (key, iv) => {
      const stream = real(key, iv);
      this.#count('ciphered', stream, 'apply', lengthOf);
      return stream;
    });
    this.#replace(crypto, 'createFrameCrypto', (real) => (keys) => {
      const frames = real(keys);
      return this.#countedFrames(frames);
    });
  }

  #countedKeccak(running: RunningKeccak): RunningKeccak {
    this.#add('keccaks', 1);
    return {
      update: (data) => {
        this.#add('hashed', data.length);
        running.update(data);
      },
      digest: () => running.digest(),
    };
  }

  #countedFrames(frames: FrameCrypto): FrameCrypto {
    const add = (bytes: number): void => {
      this.#add('ciphered', bytes);
    };
    return {
      sealHeader: (header) => {
        add(16);
        frames.sealHeader(header);
      },
      sealBody: (part) => {
        add(part.length);
        frames.sealBody(part);
      },
      sealMAC: (mac) => {
        frames.sealMAC(mac);
      },
      openHeader: (header) => {
        add(16);
        return frames.openHeader(header);
      },
      openBody: (part, into) => {
        add(part.length);
        frames.openBody(part, into);
      },
      openMAC: (mac) => frames.openMAC(mac),
    };
  }

  #countSnappy(): void {
    for (const name of ['validate', 'validateInSlices'] as const) {
      this.#count('snappy', snappy, name, lengthOf);
    }
    for (const name of ['expand', 'expandInSlices'] as const) {
      this.#count('snappy', snappy, name, (_: Uint8Array, length: number) => {
        this.longest = Math.max(this.longest, length);
        return length;
      });
    }
    for (const name of ['compress', 'compressInSlices'] as const) {
      this.#count('snappy', encoder, name, lengthOf);
    }
  }

  /** `inSlices` tells the first slice with `spent`, and what is left at the end. */
  #countSlices(): void {
    const between = (units: number): void => {
      this.#add('units', units);
    };
    this.#replace(
      slices,
      'inSlices',
      (real) => (work, stop) => real(counted(work, between), stop),
    );
  }
}

const lookups = [
  'getBlockByHash',
  'getBlockByNumber',
  'getAncestor',
  'hasBlock',
] as const satisfies readonly (keyof Chain)[];

const one = (): number => 1;
const lengthOf = (data: Uint8Array): number => data.length;
const lengthOfAll = (...parts: readonly Uint8Array[]): number =>
  parts.reduce((sum, { length }) => sum + length, 0);

/** The same work; `between` hears of the slices that are neither the first nor the last. */
function* counted<T>(
  work: slices.Work<T>,
  between: (units: number) => void,
): slices.Work<T> {
  let units = 0;
  let isFirst = true;
  try {
    for (let step = work.next(); ; step = work.next()) {
      if (step.done === true) return step.value;
      units += step.value;
      if (units >= sliceUnits) {
        if (!isFirst) between(units);
        isFirst = false;
        units = 0;
      }
      yield step.value;
    }
  } finally {
    work.return(undefined as never); // left early: its `finally` blocks run, its value is not read
  }
}
