/** Files on the disk. What is written is written whole or not at all. */

import {
  accessSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { toHex, utf8 } from '../bytes.ts';
import { runtime } from '../csp/runtime.ts';
import { unusable, UsageError } from './usage-error.ts';

/** Linux follows as many. */
const maxLinks = 40;

/**
 * A short file, at once: nothing else runs meanwhile.
 *
 * @throws {UsageError} the file cannot be read
 */
export function readBytes(option: string, file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    throw unusable(option, error);
  }
}

/**
 * Says now what would keep a `Replacement` from being written after hours of work.
 *
 * @throws {UsageError} no such folder, not ours to write, or in the place of the file
 *   stands a folder or a device
 */
export function checkTarget(option: string, file: string): void {
  let inTheWay: boolean;
  try {
    const target = followed(file);
    accessSync(dirname(target), constants.W_OK);
    const there = statSync(target, { throwIfNoEntry: false });
    // Whoever took the right to write from a file does not want it replaced.
    if (there !== undefined) accessSync(target, constants.W_OK);
    inTheWay = there?.isFile() === false;
  } catch (error) {
    throw unusable(option, error);
  }
  // To rename over a device would replace it, if the user is root.
  if (inTheWay) throw new UsageError(`${option}: ${file} is there and is no file`);
}

export function isThere(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false }) !== undefined;
}

/** Whether two names lead to one file, there or not. */
export function isSameFile(a: string, b: string): boolean {
  try {
    return placeOf(a) === placeOf(b);
  } catch {
    return false; // no such folder: whoever uses it says so
  }
}

function placeOf(file: string): string {
  const target = followed(file);
  return join(realpathSync(dirname(target)), basename(target));
}

/** Where a link leads, also if nothing is there yet. */
function followed(file: string): string {
  let target = resolve(file);
  for (let links = 0; links < maxLinks; links++) {
    if (lstatSync(target, { throwIfNoEntry: false })?.isSymbolicLink() !== true) break;
    target = resolve(dirname(target), readlinkSync(target));
  }
  return target;
}

/**
 * Makes the folder that the file is to stand in, if there is none.
 *
 * @throws {UsageError} it cannot be made
 */
export function makeFolderFor(option: string, file: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
  } catch (error) {
    throw unusable(option, error);
  }
}

/**
 * A file that takes the place of another when it is whole. Until then it stands beside it
 * under a name of its own; what is given up leaves nothing behind.
 */
export class Replacement {
  readonly #option: string;
  readonly #target: string;
  readonly #partial: string;
  readonly #fd: number;
  /** A process that is ended in the middle leaves nothing behind either. */
  readonly #onExit = (): void => {
    rmSync(this.#partial, { force: true });
  };

  /** @throws {UsageError} see `checkTarget` */
  constructor(option: string, file: string) {
    checkTarget(option, file);
    this.#option = option;
    this.#target = followed(file);
    // Nobody else's: a file of that name would be the user's.
    const name = `.peerwalk-${toHex(runtime().randomBytes(6))}.partial`;
    this.#partial = join(dirname(this.#target), name);
    this.#fd = this.#or(() => openSync(this.#partial, 'wx'));
    process.once('exit', this.#onExit);
    this.#or(() => {
      this.#takeOver();
    });
  }

  /** Owner and mode of what is there; the owner where that is allowed. */
  #takeOver(): void {
    const old = statSync(this.#target, { throwIfNoEntry: false });
    if (old === undefined) return;
    try {
      fchownSync(this.#fd, old.uid, old.gid);
    } catch {
      // Not allowed: then the new one is ours, as any new file.
    }
    fchmodSync(this.#fd, old.mode & 0o7777);
  }

  /** @throws {UsageError} the disk is full; nothing is left behind */
  write(data: Uint8Array): void {
    this.#or(() => {
      for (let at = 0; at < data.length;) at += writeSync(this.#fd, data, at);
    });
  }

  /** @throws {UsageError} what was there before is untouched */
  commit(): void {
    this.#or(() => {
      closeSync(this.#fd);
      renameSync(this.#partial, this.#target);
    });
    process.off('exit', this.#onExit);
  }

  discard(): void {
    try {
      closeSync(this.#fd);
    } catch {
      // It was closed before.
    }
    rmSync(this.#partial, { force: true });
    process.off('exit', this.#onExit);
  }

  #or<T>(step: () => T): T {
    try {
      return step();
    } catch (error) {
      this.discard();
      throw unusable(this.#option, error);
    }
  }
}

/**
 * Writes the whole file or nothing.
 *
 * @throws {UsageError} it cannot be written; what was there before is untouched
 */
export function writeWhole(
  option: string,
  file: string,
  data: Uint8Array | string,
): void {
  const replacement = new Replacement(option, file);
  replacement.write(typeof data === 'string' ? utf8(data) : data);
  replacement.commit();
}
