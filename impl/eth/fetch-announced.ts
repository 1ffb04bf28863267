/** Fetches announced blocks from the one peer that was chosen for them. */

import type { Done } from '../csp/done.ts';
import { recv, select } from '../csp/select.ts';
import { inSlices, stopped } from '../csp/slices.ts';
import { Timer } from '../csp/timer.ts';
import { type Block, bodyOf } from '../core/block.ts';
import { hashHeader, type Header } from '../core/header.ts';
import { checkBodyWork } from '../core/validate.ts';
import type { Announcement } from './codecs.ts';
import type { EthPeer } from './peer.ts';
import type { OpenRequest } from './requests.ts';

/** How long the answers may take. @geth eth/fetcher/fetcher.go fetchTimeout */
export const fetchTimeoutMs = 5_000;

/** A block that somebody says there is. */
export interface Announced extends Announcement {
  readonly peer: EthPeer;
  readonly at: number;
}

/** A block whose body belongs to its header, and who it came from. */
export interface Arrived {
  readonly peer: EthPeer;
  readonly block: Block;
}

/** What fetching from one peer came to. */
export interface Outcome {
  readonly asked: readonly Announced[];
  readonly arrived: readonly Arrived[];
  readonly lied: boolean;
}

interface Host {
  readonly quitSync: Done;
}

// #region fetch-announced
/**
 * Asks for each header by its hash, then for all bodies in one message. Whatever is not
 * exactly what was announced is a lie of this peer's: the hash is free again for others.
 */
export async function fetchAnnounced(
  peer: EthPeer,
  asked: readonly Announced[],
  host: Host,
): Promise<Outcome> {
  const nothing = { asked, arrived: [] };
  const requests = asked.map(({ hash }) =>
    peer.requestHeaders({ kind: 'hash', hash }, 1),
  );
  const answers = await answersTo(requests, peer, host);
  //: Who announces a block and is silent then has lied, too.
  if (answers === 'gone' || answers === 'late') {
    return { ...nothing, lied: answers === 'late' };
  }
  const headers: Header[] = [];
  for (const [i, { hash, number }] of asked.entries()) {
    const [header] = answers[i] ?? [];
    if (header === undefined) continue; // it has forgotten it, perhaps
    if (hashHeader(header) !== hash || header.number !== number) {
      return { ...nothing, lied: true };
    }
    headers.push(header);
  }
  if (headers.length === 0) return { ...nothing, lied: false };
  return { asked, ...(await fetchBodiesOf(headers, peer, host)) };
}
// #endregion fetch-announced

// #region fetch-bodies-of
async function fetchBodiesOf(
  headers: readonly Header[],
  peer: EthPeer,
  host: Host,
): Promise<Omit<Outcome, 'asked'>> {
  const arrived: Arrived[] = [];
  const request = peer.requestBodies(headers.map(hashHeader));
  const bodies = await answersTo([request], peer, host);
  if (bodies === 'gone' || bodies === 'late')
    return { arrived, lied: bodies === 'late' };
  for (const [i, data] of (bodies[0] ?? []).entries()) {
    const header = headers[i];
    if (header === undefined) break;
    const body = await inSlices(bodyOf(data), peer.closed);
    if (body === stopped) break;
    const block = { header, body };
    const error = await inSlices(checkBodyWork(block), peer.closed);
    if (error === stopped) break;
    if (error !== undefined) return { arrived, lied: true };
    arrived.push({ peer, block });
  }
  return { arrived, lied: false };
}
// #endregion fetch-bodies-of

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
