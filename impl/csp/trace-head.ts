/**
 * What the head of a trace may say beside where the run came from: a trace of a reader's
 * own code says where to open it, and brings that code, which no clone has. All of it is
 * optional, and a reader of version 1 that does not know it leaves it out; so the version
 * stayed 1.
 */

import { text, TraceFormatError, type JsonObject } from './trace-fields.ts';

export interface TraceLeftOut {
  readonly before: number;
  readonly after: number;
}

const maxAboutLength = 4_000;
const maxSources = 8;
const maxSourceLength = 1 << 18;

/** @throws {TraceFormatError} one of them is not what the schema says */
export function checkAdditions(head: JsonObject): {
  at?: number;
  about?: string;
  sources?: Readonly<Record<string, string>>;
  leftOut?: TraceLeftOut;
} {
  const { at, about, sources, leftOut } = head;
  return {
    ...(at === undefined ? {} : { at: count(at, 'at') }),
    ...(about === undefined ? {} : { about: checkAbout(head) }),
    ...(sources === undefined ? {} : { sources: checkSources(sources) }),
    ...(leftOut === undefined ? {} : { leftOut: checkLeftOut(leftOut) }),
  };
}

function checkAbout(head: JsonObject): string {
  return text(head, 'about', 1).slice(0, maxAboutLength);
}

function checkSources(value: unknown): Readonly<Record<string, string>> {
  const given = object(value, 'sources');
  const names = Object.keys(given);
  if (names.length > maxSources) {
    throw new TraceFormatError(1, `sources has more than ${maxSources} files`);
  }
  const long = names.find((name) => text(given, name, 1).length > maxSourceLength);
  if (long !== undefined)
    throw new TraceFormatError(1, `the text of ${long} is too long`);
  return Object.fromEntries(names.map((name) => [name, text(given, name, 1)]));
}

function checkLeftOut(value: unknown): TraceLeftOut {
  const { before, after } = object(value, 'leftOut');
  return {
    before: count(before, 'leftOut.before'),
    after: count(after, 'leftOut.after'),
  };
}

function object(value: unknown, key: string): JsonObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as JsonObject; // checked
  }
  throw new TraceFormatError(1, `${key} is not an object`);
}

function count(value: unknown, key: string): number {
  if (Number.isSafeInteger(value) && Number(value) >= 0) return Number(value);
  throw new TraceFormatError(1, `${key} is not a number from 0`);
}
