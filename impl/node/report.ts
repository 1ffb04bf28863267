/** What the node tells its user: one event a line, as JSON or for people. */

import { discReasonText, type DiscReason } from '../p2p/peer-error.ts';
import type { EventFormat } from './options.ts';

export type NodeEvent =
  | { readonly type: 'listening'; readonly enode: string; readonly port: number }
  | {
      readonly type: 'peer-add';
      readonly peer: string;
      readonly name: string;
      readonly caps: readonly string[];
      readonly inbound: boolean;
      readonly remote: string;
    }
  | {
      readonly type: 'status';
      readonly peer: string;
      readonly version: number;
      readonly networkId: bigint;
      readonly td: bigint;
      readonly head: string;
      readonly genesis: string;
    }
  | {
      readonly type: 'msg-send' | 'msg-recv';
      readonly peer: string;
      readonly protocol: string;
      readonly code: number;
      readonly size: number;
    }
  | {
      readonly type: 'head';
      readonly number: bigint;
      readonly hash: string;
      readonly td: bigint;
    }
  | { readonly type: 'tx'; readonly hash: string; readonly from: string }
  | {
      readonly type: 'peer-drop';
      readonly peer: string;
      readonly reason: string;
      readonly code: DiscReason;
      readonly remoteRequested: boolean;
      readonly error: string;
    }
  | { readonly type: 'dial-error'; readonly enode: string; readonly error: string }
  | { readonly type: 'refused'; readonly remote: string; readonly error: string }
  | {
      readonly type: 'accept-error';
      readonly error: string;
      /** How often since the event before. */
      readonly count: number;
    }
  | {
      /** Nobody read for a while. */
      readonly type: 'left-out';
      readonly lines: number;
      /** How many of them were `msg-send` or `msg-recv`. */
      readonly messages: number;
    }
  | { readonly type: 'stopped' };

/** A hash, an address or other bytes as Ethereum's JSON writes them. Node ids have no 0x. */
export function inHex(digits: string): string {
  return `0x${digits}`;
}

/**
 * A function that writes each event as one line to `write`; `isMinor` are those that come
 * by the thousand.
 */
export function reporter(
  format: EventFormat,
  now: () => number,
  write: (line: string, isMinor: boolean) => void,
): (event: NodeEvent) => void {
  if (format === 'none') return () => undefined;
  return (event) => {
    const isMinor = event.type === 'msg-send' || event.type === 'msg-recv';
    write(lineOf(format, now(), event), isMinor);
  };
}

export function lineOf(format: EventFormat, t: number, event: NodeEvent): string {
  const line = format === 'json' ? jsonLine : prettyLine;
  return line(Math.round(t), event) + '\n';
}

/**
 * A total difficulty is always a decimal string: chains have more than a JSON number can
 * say. Other big integers become a number while that is exact, and a string above.
 */
export function jsonLine(t: number, event: NodeEvent): string {
  const json = JSON.stringify({ t, ...event }, (key, value: unknown) => {
    if (typeof value !== 'bigint') return value;
    if (key === 'td') return value.toString();
    return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value.toString();
  });
  // JSON leaves some control characters as they are; escaped, it means the same.
  return escaped(json);
}

export function prettyLine(t: number, event: NodeEvent): string {
  const seconds = (t / 1000).toFixed(3).padStart(9);
  return `${seconds}  ${event.type.padEnd(10)}  ${describe(event)}`.trimEnd();
}

function describe(event: NodeEvent): string {
  switch (event.type) {
    case 'listening':
      return event.enode;
    case 'peer-add': {
      const direction = event.inbound ? 'from' : 'to';
      // A Hello has room for hundreds.
      const caps = event.caps.slice(0, 8).map((cap) => clean(cap));
      return `${short(event.peer)} ${direction} ${event.remote}  ${clean(event.name)}  ${caps.join(' ')}`;
    }
    case 'status':
      return `${short(event.peer)} eth/${event.version} network ${event.networkId} td ${event.td} head ${shortHash(event.head)}`;
    case 'msg-send':
    case 'msg-recv':
      return `${short(event.peer)} ${event.protocol} code ${event.code}, ${event.size} bytes`;
    case 'head':
      return `#${event.number} ${shortHash(event.hash)} td ${event.td}`;
    case 'tx':
      return `${shortHash(event.hash)} from ${event.from}`;
    case 'peer-drop': {
      const who = event.remoteRequested ? 'they said' : 'we said';
      const said = `${who} ${discReasonText(event.code)} (${event.code})`;
      return `${short(event.peer)} ${said}: ${clean(event.error, 120)}`;
    }
    case 'dial-error':
      return `${event.enode.slice(0, 24)}… ${clean(event.error, 120)}`;
    case 'accept-error':
      return `${event.count} × ${clean(event.error, 120)}`;
    case 'refused':
      return `${event.remote} ${clean(event.error, 120)}`;
    case 'left-out':
      return `${event.lines} lines that nobody read, ${event.messages} of them messages`;
    case 'stopped':
      return '';
  }
}

function short(id: string): string {
  return id.slice(0, 16);
}

function shortHash(hash: string): string {
  return hash.slice(0, 18);
}

/** Control and direction characters: a stranger's text must not steer a terminal. */
const unprintable =
  /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

export function escaped(text: string): string {
  return text.replace(unprintable, (char) => {
    return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

/** A stranger's text, cut and made harmless. Hello names are shown with 20 characters. */
export function clean(text: string, length = 20): string {
  const harmless = escaped(text);
  const chars = Array.from(harmless);
  return chars.length > length ? `${chars.slice(0, length).join('')}…` : harmless;
}
