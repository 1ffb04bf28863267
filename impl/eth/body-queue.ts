/**
 * Headers on their way to becoming blocks: each waits for its body, is asked for, or is
 * complete. In any order they come, in the order of the chain they leave. No task and no
 * clock in here; the download owns it.
 */

import type { Block, Body } from '../core/block.ts';
import type { Header } from '../core/header.ts';
import { emptyUncleHash } from '../core/roots.ts';
import { emptyRoot } from '../core/trie.ts';

/** Ours; geth adds no more once 32,768 headers wait. */
export const maxQueuedHeaders = 2048;

/** Bodies that wait for one below them. Ours. */
export const maxQueuedBytes = 64 * 1024 * 1024;

interface Entry {
  state: 'waiting' | 'asked' | 'complete';
  body: Body;
  bytes: number;
}

const emptyBody: Body = { transactions: [], uncles: [] };

/** @geth eth/downloader/queue.go queue */
export class BodyQueue {
  // BOUNDED by maxQueuedHeaders and one answer; in the order of the chain.
  readonly #entries = new Map<Header, Entry>();
  #waiting = 0;
  #bytes = 0;

  get isEmpty(): boolean {
    return this.#entries.size === 0;
  }

  /** No more headers for now. */
  get isFull(): boolean {
    return this.#entries.size >= maxQueuedHeaders;
  }

  /** Whether there is a body that nobody is asked for. */
  get hasWork(): boolean {
    return this.#waiting > 0;
  }

  /** @geth eth/downloader/queue.go queue.Schedule */
  add(headers: readonly Header[]): void {
    for (const header of headers) {
      const state = hasEmptyBody(header) ? 'complete' : 'waiting';
      if (state === 'waiting') this.#waiting++;
      this.#entries.set(header, { state, body: emptyBody, bytes: 0 });
    }
  }

  // #region reserve-bodies
  /**
   * Headers whose bodies are to be asked for next, the lowest first.
   *
   * @geth eth/downloader/queue.go queue.ReserveBodies
   */
  take(most: number): Header[] {
    const taken: Header[] = [];
    if (this.#waiting === 0) return taken;
    let isFirst = true;
    for (const [header, entry] of this.#entries) {
      //: Too much has come already: only what all the others wait for.
      if (taken.length === most || (this.#bytes >= maxQueuedBytes && !isFirst)) break;
      isFirst = false;
      if (entry.state !== 'waiting') continue;
      this.#move(entry, 'asked');
      taken.push(header);
    }
    return taken;
  }
  // #endregion reserve-bodies

  /** They were asked for in vain: somebody else is to be asked. */
  giveBack(headers: readonly Header[]): void {
    for (const header of headers) {
      const entry = this.#entries.get(header);
      if (entry?.state === 'asked') this.#move(entry, 'waiting');
    }
  }

  /** @param bytes what the body takes */
  complete(header: Header, body: Body, bytes: number): void {
    const entry = this.#entries.get(header);
    if (entry === undefined || entry.state === 'complete') return;
    this.#move(entry, 'complete');
    entry.body = body;
    entry.bytes = bytes;
    this.#bytes += bytes;
  }

  /** The lowest blocks, as far as they are complete. */
  ready(most: number): Block[] {
    const blocks: Block[] = [];
    for (const [header, { state, body }] of this.#entries) {
      if (state !== 'complete' || blocks.length === most) break;
      blocks.push({ header, body });
    }
    return blocks;
  }

  /** These have left. */
  drop(blocks: readonly Block[]): void {
    for (const { header } of blocks) {
      this.#bytes -= this.#entries.get(header)?.bytes ?? 0;
      this.#entries.delete(header);
    }
  }

  #move(entry: Entry, state: Entry['state']): void {
    if (entry.state === 'waiting') this.#waiting--;
    if (state === 'waiting') this.#waiting++;
    entry.state = state;
  }
}

function hasEmptyBody(header: Header): boolean {
  return header.txRoot === emptyRoot && header.uncleHash === emptyUncleHash;
}
