/** Every attack of the list is played by some case of the battery, or left out with a reason. */

import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { attackGuards } from './attack-guards.ts';

const folder = new URL('.', import.meta.url);

const attacks = [
  ...['H-01', 'H-03', 'H-04', 'H-05', 'H-06', 'H-07', 'H-08'], // TCP and slots
  ...['H-11', 'H-12', 'H-13', 'H-14', 'H-15', 'H-16', 'H-17', 'H-18', 'H-19'],
  ...['H-21', 'H-23', 'H-24'], // auth
  ...['H-26', 'H-27', 'H-30'], // ack
  ...['H-31', 'H-32', 'H-34', 'H-35', 'H-36', 'H-37', 'H-42'], // frames
  ...['H-43', 'H-44', 'H-46', 'H-46a', 'H-46c', 'H-46d'], // Snappy
  ...['H-47', 'H-48', 'H-49', 'H-51', 'H-52', 'H-54a', 'H-54c', 'H-54d', 'H-54e'],
  ...['H-54g'], // Hello
  ...['H-55', 'H-56', 'H-57', 'H-61', 'H-62', 'H-65'], // Disconnect, Ping, Pong
  ...['H-66', 'H-67', 'H-68', 'H-70', 'H-71', 'H-72', 'H-77', 'H-79a'], // Status, headers
  ...['H-80', 'H-83', 'H-85', 'H-86', 'H-87', 'H-88'], // other requests, and answers
  ...['H-89', 'H-90', 'H-91', 'H-92', 'H-93', 'H-94', 'H-95', 'H-96'], // blocks, transactions
  ...['H-99', 'H-100'], // timing
  ...Array.from({ length: 16 }, (_, i) => `N-${String(i + 1).padStart(2, '0')}`),
];

/** What no case plays, and why. */
const leftOut: Readonly<Record<string, string>> = {
  'H-95':
    'there are no balances, so nothing overspends; what an account may hold is H-94 and `txpool.test.ts`',
};

/*
 * Of attacks that are played, these parts are not:
 * - H-04: warnings about listeners of sockets. There are no sockets in memory; the soak
 *   counts handles.
 * - H-36 over TCP: it takes 30 s. The virtual clock has it.
 * - H-100: a stop during the dials. `stop-phases.test.ts` has it, "dialing who does not
 *   answer".
 * - N-01 and N-16: the vectors of geth and golang/snappy are no part of the project.
 *   `handshake.test.ts` and `snappy.test.ts` read them where they are.
 * - Memory after garbage collection, and latency: real memory and real time. The soak
 *   has bounds for them; here, what is asked for, held and decompressed is counted.
 * - H-80, nodes of a state: there is no state. What such a request costs is asserted.
 * - H-92, slices of 10 ms: a slice is counted in units, which `bounded-work.test.ts` asserts.
 * - H-94, 5,120 accounts: without state an account's lowest nonce that waits is its next, so
 *   none of them is future. `txpool.test.ts` shows that a full pool throws nobody out.
 * - Discovery, LES, snap, blobs, request ids: the node has none of them.
 */

function sources(): string {
  const files = readdirSync(folder).filter((name) => name.endsWith('.test.ts'));
  const others = files.filter((name) => name !== 'played.test.ts');
  return others.map((name) => readFileSync(new URL(name, folder), 'utf8')).join('\n');
}

it('no attack is forgotten', () => {
  const named = new Set(sources().match(/(?<=')[HN]-\d+[a-g]?(?=')/g));
  const missing = attacks.filter((id) => !named.has(id) && !(id in leftOut));
  expect(missing).toEqual([]);
  expect(Object.keys(leftOut).filter((id) => named.has(id))).toEqual([]);
});

it.each(attackGuards.map((guard) => [guard.of, guard.take, guard] as const))(
  'what stands against %s stands once in its file: %s',
  (id, take, { file, test }) => {
    expect(readFileSync(file, 'utf8').split(take)).toHaveLength(2);
    const tests = readFileSync(test.file, 'utf8');
    expect(tests.includes(`'${id}'`) || tests.includes(test.title)).toBe(true);
  },
);
