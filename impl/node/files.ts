/** The files that the command line reads and writes. */

import {
  accessSync,
  constants,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { UsageError } from './usage-error.ts';

/** @throws {UsageError} the file cannot be read */
export function readBytes(option: string, file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    throw unusable(option, error);
  }
}

export function readText(option: string, file: string): string {
  return new TextDecoder().decode(readBytes(option, file));
}

/**
 * Says now what would keep `writeWhole` from writing after hours of work.
 *
 * @throws {UsageError} no such folder, not ours to write, or in the place of the file
 *   stands a folder or a device
 */
export function checkTarget(option: string, file: string): void {
  let inTheWay: boolean;
  try {
    accessSync(dirname(file), constants.W_OK);
    inTheWay = statSync(file, { throwIfNoEntry: false })?.isFile() === false;
  } catch (error) {
    throw unusable(option, error);
  }
  // To rename over a device would replace it, if the user is root.
  if (inTheWay) throw new UsageError(`${option}: ${file} is there and is no file`);
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
 * Writes the whole file or nothing: first beside it, then under its name.
 *
 * @throws {UsageError} it cannot be written; what was there before is untouched
 */
export function writeWhole(
  option: string,
  file: string,
  data: Uint8Array | string,
): void {
  checkTarget(option, file);
  const partial = `${file}.partial`;
  try {
    writeFileSync(partial, data);
    renameSync(partial, file);
  } catch (error) {
    rmSync(partial, { force: true });
    throw unusable(option, error);
  }
}

function unusable(option: string, error: unknown): UsageError {
  const why = error instanceof Error ? error.message : String(error);
  return new UsageError(`${option}: ${why}`);
}
