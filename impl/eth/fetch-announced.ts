/** Fetches announced blocks from the one peer that was chosen for them. */

import type { Done } from '../csp/done.ts';
import { recv, select } from '../csp/select.ts';
import { inSlices, stopped } from '../csp/slices.ts';
import { Timer } from '../csp/timer.ts';
import { bodyOf } from '../core/block.ts';
import { hashHeader, type Header } from '../core/header.ts';
import { checkBodyWork } from '../core/validate.ts';
import type { Announced, Arrived, Outcome } from './fetcher.ts';
import type { EthPeer } from './peer.ts';
import type { OpenRequest } from './requests.ts';

/** How long the answers may take. @geth eth/fetcher/fetcher.go fetchTimeout */
export const fetchTimeoutMs = 5_000;

interface Host {
  readonly quitSync: Done;
}

// #region fetch-announced
/**
 * Asks for each header by its hash, then for all bodies in one message. Whatever is not
 * exactly what was announced is a lie of this peer's: the hash is free again for others.
 *
 * @geth eth/fetcher/fetcher.go Fetcher.fetchHeader
 */
export async function fetchAnnounced(
  peer: EthPeer,
  asked: readonly Announced[],
  host: Host,
): Promise<Outcome> {
  const arrived: Arrived[] = [];
  const outcome = (lied: boolean): Outcome => ({ asked, arrived, lied });

  //= the headers, each by its hash: who announces a block and is silent then has lied
  const requests = asked.map(({ hash }) =>
    peer.requestHeaders({ kind: 'hash', hash }, 1),
  );
  const answers = await answersTo(requests, peer, host);
  if (answers === 'gone' || answers === 'late') return outcome(answers === 'late');
  const headers: Header[] = [];
  for (const [i, { hash, number }] of asked.entries()) {
    const [header] = answers[i] ?? [];
    if (header === undefined) continue; // it has forgotten it, perhaps
    if (hashHeader(header) !== hash || header.number !== number) return outcome(true);
    headers.push(header);
  }
  if (headers.length === 0) return outcome(false);

  //= their bodies, in one message
  const request = peer.requestBodies(headers.map(hashHeader));
  const bodies = await answersTo([request], peer, host);
  if (bodies === 'gone' || bodies === 'late') return outcome(bodies === 'late');
  for (const [i, data] of (bodies[0] ?? []).entries()) {
    const header = headers[i];
    if (header === undefined) break;
    const block = { header, body: bodyOf(data) };
    const error = await inSlices(checkBodyWork(block), peer.closed);
    if (error === stopped) return outcome(false);
    if (error !== undefined) return outcome(true);
    arrived.push({ peer, block });
  }
  return outcome(false);
}
// #endregion fetch-announced

/** All of them within the same time. What is missing then is given up. */
async function answersTo<T>(
  requests: readonly OpenRequest<T>[],
  peer: EthPeer,
  { quitSync }: Host,
): Promise<readonly T[] | 'late' | 'gone'> {
  const timeout = new Timer('fetch timeout', fetchTimeoutMs);
  const answers: T[] = [];
  try {
    for (const request of requests) {
      const event = await select({
        answered: recv(request.answer),
        timeout: recv(timeout),
        gone: recv(peer.closed),
        quit: recv(quitSync),
      });
      if (event.case === 'timeout') return 'late';
      if (event.case !== 'answered') return 'gone';
      answers.push(event.value);
    }
    return answers;
  } finally {
    timeout.stop();
    for (const request of requests.slice(answers.length)) request.giveUp();
  }
}
