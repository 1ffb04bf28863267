/**
 * A browser and Node have names of their own beside the language: files, the network,
 * other threads, their ends. An answer runs without them, whether it stands in the page or
 * in the terminal: what passes in one place passes in both, and nothing is asked of anybody.
 */

import { kitStrings } from '../words/strings.ts';
import { globals } from './intrinsics.ts';

/** All that stays: what is watched, and some more of the language and of both hosts. */
const kept = new Set(
  (
    `${globals} URIError decodeURI decodeURIComponent encodeURI encodeURIComponent escape ` +
    'unescape eval globalThis Infinity NaN undefined Intl WebAssembly constructor ' +
    'MessageEvent DOMException URL URLSearchParams atob btoa'
  ).split(' '),
);

/** What people know of the hosts, and would not call anything of their own. */
const known = new Set(
  (
    'fetch XMLHttpRequest WebSocket EventSource WebTransport Request Response Headers ' +
    'navigator location indexedDB caches localStorage sessionStorage document window ' +
    'self alert Worker SharedWorker BroadcastChannel importScripts postMessage close ' +
    'process require global Buffer setImmediate clearImmediate SharedArrayBuffer Blob'
  ).split(' '),
);

/** Before the reader's code is loaded, and after all that needs more. */
export function takeHostAway(): void {
  for (let at: object | null = globalThis; at !== null && !isShared(at);) {
    for (const name of Object.getOwnPropertyNames(at)) {
      if (!kept.has(name)) Reflect.deleteProperty(at, name);
    }
    at = Object.getPrototypeOf(at) as object | null; // an object or the end
  }
}

/** What ports and signals inherit as well. */
function isShared(prototype: object): boolean {
  return prototype === EventTarget.prototype || prototype === Object.prototype;
}

const missing =
  /(?:^|: )(\w+) is not defined$|\b(?:globalThis|this)\.(\w+) is not a (?:function|constructor)$/;

/** What to say of an error that a missing name of a host has caused; '' if none has. */
export function hostNameIn(message: string): string {
  const [, bare, member] = missing.exec(message) ?? [];
  const name = bare ?? member ?? '';
  return known.has(name) ? kitStrings.thrown.ofHost(name) : '';
}
