/** What an answer may ask of its host, and what it is told, in the page and in the terminal. */

const without = (name: string): string =>
  ` (\`${name}\` belongs to a browser or to Node; an answer runs in both, without it)`;
const bare = (name: string): string =>
  `ReferenceError: ${name} is not defined${without(name)}`;

export const hostAsks: readonly (readonly [ask: string, said: string])[] = [
  ["fetch('http://localhost/')", bare('fetch')],
  ["new WebSocket('ws://localhost/')", bare('WebSocket')],
  ['new XMLHttpRequest()', bare('XMLHttpRequest')],
  ["new EventSource('http://localhost/')", bare('EventSource')],
  ["navigator.sendBeacon('/')", bare('navigator')],
  ['process.exit(0)', bare('process')],
  ["require('node:fs')", '"node:fs" cannot be imported here'],
  ["import('node:fs')", '"node:fs" cannot be imported here'],
  ["new Worker('data:,')", bare('Worker')],
  ["importScripts('x')", bare('importScripts')],
  ["postMessage('x')", bare('postMessage')],
  ['self.close()', bare('self')],
  ['close()', bare('close')],
  ["Buffer.from('x')", bare('Buffer')],
  ['setImmediate(() => undefined)', bare('setImmediate')],
  ['new SharedArrayBuffer(1)', bare('SharedArrayBuffer')],
  [
    "globalThis.fetch('http://localhost/')",
    `TypeError: globalThis.fetch is not a function${without('fetch')}`,
  ],
];
