/**
 * Blocks that peers announce or send. An announced one is waited for a moment, as most
 * peers send it too; then it is asked for. Blocks go into the chain in the order of their
 * numbers, and are passed on: whole before they are in, as an announcement after.
 *
 * One loop owns all state. It works while others wait in `notify` and `enqueue`.
 */

import { Chan } from '../csp/chan.ts';
import type { Done } from '../csp/done.ts';
import { runtime } from '../csp/runtime.ts';
import { recv, select, send } from '../csp/select.ts';
import { Timer } from '../csp/timer.ts';
import type { WaitGroup } from '../csp/wait-group.ts';
import { type Block, bodyParts, hashBlock } from '../core/block.ts';
import type { Chain } from '../core/chain.ts';
import type { Hash } from '../core/hash.ts';
import { encodeHeader, hashHeader } from '../core/header.ts';
import { checkHeader } from '../core/validate.ts';
import type { Announcement } from './codecs.ts';
import {
  type Announced,
  type Arrived,
  fetchAnnounced,
  type Outcome,
} from './fetch-announced.ts';
import { forPeer } from './for-peer.ts';
import type { EthPeer } from './peer.ts';

/** So long an announced block may still come by itself. @geth eth/fetcher/fetcher.go arriveTimeout */
export const arriveTimeoutMs = 500;

/** What is due so soon is asked for together. @geth eth/fetcher/fetcher.go gatherSlack */
export const gatherSlackMs = 100;

/** @geth eth/fetcher/fetcher.go maxUncleDist */
export const maxUncleDist = 7n;

/** @geth eth/fetcher/fetcher.go maxQueueDist */
export const maxQueueDist = 32n;

/** Announcements of one peer. @geth eth/fetcher/fetcher.go hashLimit */
export const hashLimit = 256;

/** Blocks of one peer that wait for their turn. @geth eth/fetcher/fetcher.go blockLimit */
export const blockLimit = 64;

/**
 * Bytes of all blocks that wait, whoever sent them. Ours: a block may have ten megabytes,
 * and what waits outlives the connection that it came by.
 */
export const maxWaitingBytes = 64 * 1024 * 1024;

export interface FetcherHost {
  readonly chain: Chain;
  readonly quitSync: Done;
  readonly wg: WaitGroup;
  /** @param propagate the whole block to some; or its hash to all */
  readonly broadcastBlock: (block: Block, propagate: boolean) => void;
  readonly imported: () => void;
  readonly dropPeer: (peer: EthPeer) => Promise<void>;
}

/** @geth eth/fetcher/fetcher.go Fetcher */
export class Fetcher {
  readonly #host: FetcherHost;
  readonly #notify = new Chan<Announced>('notify');
  readonly #inject = new Chan<Arrived>('inject');
  readonly #outcomes = new Chan<Outcome>('fetched');
  // BOUNDED by hashLimit a peer. A hash has those who announced it.
  readonly #announced = new Map<Hash, Announced[]>();
  readonly #fetching = new Map<Hash, Announced>(); // BOUNDED by hashLimit a peer
  // BOUNDED by blockLimit a peer, and by maxWaitingBytes.
  readonly #queued = new Map<Hash, Arrived>();
  #queuedBytes = 0;
  // How many of each a peer has. BOUNDED by the peers that have any.
  readonly #announces = new Map<EthPeer, number>();
  readonly #blocks = new Map<EthPeer, number>();
  readonly #due = new Timer('announced block due');

  constructor(host: FetcherHost) {
    this.#host = host;
  }

  // #region fetcher-notify
  /** The peer says that there is this block. @geth eth/fetcher/fetcher.go Fetcher.Notify */
  async notify(peer: EthPeer, { hash, number }: Announcement): Promise<void> {
    const announced = { peer, hash, number, at: runtime().now() };
    await select({
      taken: send(this.#notify, announced),
      gone: recv(peer.closed),
      quit: recv(this.#host.quitSync),
    });
  }

  /** The peer has sent this block. @geth eth/fetcher/fetcher.go Fetcher.Enqueue */
  async enqueue(peer: EthPeer, block: Block): Promise<void> {
    await select({
      taken: send(this.#inject, { peer, block }),
      gone: recv(peer.closed),
      quit: recv(this.#host.quitSync),
    });
  }
  // #endregion fetcher-notify

  /** Whether to look at the block at all. */
  wants({ header }: Block): boolean {
    return (
      this.#isNear(header.number) && !this.#host.chain.hasBlock(hashHeader(header))
    );
  }

  // #region fetcher-loop
  /** @geth eth/fetcher/fetcher.go Fetcher.loop */
  async loop(): Promise<void> {
    for (;;) {
      this.#import();
      const event = await select({
        announced: recv(this.#notify),
        arrived: recv(this.#inject),
        due: recv(this.#due),
        outcome: recv(this.#outcomes),
        quit: recv(this.#host.quitSync),
      });
      switch (event.case) {
        case 'announced':
          this.#remember(event.value);
          break;
        case 'arrived':
          this.#enqueue(event.value);
          break;
        case 'due':
          this.#fetchDue();
          break;
        case 'outcome':
          this.#finish(event.value);
          break;
        case 'quit':
          this.#due.stop();
          return;
      }
    }
  }
  // #endregion fetcher-loop

  // #region fetcher-announced
  #remember(announced: Announced): void {
    const { peer, hash, number } = announced;
    //: A peer has so many, however many it announces; what is far away is nobody's.
    if ((this.#announces.get(peer) ?? 0) >= hashLimit) return;
    if (!this.#isNear(number) || this.#fetching.has(hash)) return;
    if (this.#host.chain.hasBlock(hash) || this.#queued.has(hash)) return;
    const others = this.#announced.get(hash) ?? [];
    if (others.some((other) => other.peer === peer)) return;
    change(this.#announces, peer, 1);
    this.#announced.set(hash, [...others, announced]);
    if (this.#announced.size === 1 && others.length === 0) {
      this.#due.reset(arriveTimeoutMs);
    }
  }

  // #endregion fetcher-announced

  // #region fetcher-due
  /** Asks one of those who announced it for each block that has not come by itself. */
  #fetchDue(): void {
    const now = runtime().now();
    const batches = new Map<EthPeer, Announced[]>();
    for (const [hash, all] of this.#announced) {
      const [first] = all;
      if (first === undefined) continue;
      if (now - first.at < arriveTimeoutMs - gatherSlackMs) continue;
      const chosen = all[runtime().choose(all.length, 'item')] ?? first;
      this.#forgetAnnounced(hash);
      if (this.#host.chain.hasBlock(hash) || this.#queued.has(hash)) continue;
      this.#fetching.set(hash, chosen);
      change(this.#announces, chosen.peer, 1);
      batches.set(chosen.peer, [...(batches.get(chosen.peer) ?? []), chosen]);
    }
    for (const [peer, asked] of batches) {
      const task = (): Promise<void> => this.#fetch(peer, asked);
      this.#host.wg.go('fetchAnnounced', forPeer(peer, 'fetchAnnounced', task));
    }
    const [next] = this.#announced.values();
    if (next?.[0] === undefined) return;
    this.#due.reset(Math.max(1, next[0].at + arriveTimeoutMs - now));
  }
  // #endregion fetcher-due

  /** Whatever comes of it, the loop hears of it: the hashes are free for others again. */
  async #fetch(peer: EthPeer, asked: readonly Announced[]): Promise<void> {
    let outcome: Outcome = { asked, arrived: [], lied: false };
    try {
      outcome = await fetchAnnounced(peer, asked, this.#host);
    } finally {
      const { quitSync } = this.#host;
      await select({ taken: send(this.#outcomes, outcome), quit: recv(quitSync) });
    }
  }

  #finish({ asked, arrived, lied }: Outcome): void {
    for (const { hash, peer } of asked) {
      this.#fetching.delete(hash);
      change(this.#announces, peer, -1);
    }
    for (const each of arrived) this.#enqueue(each);
    const [first] = asked;
    if (lied && first !== undefined) this.#drop(first.peer);
  }

  // #region fetcher-enqueue
  #enqueue(arrived: Arrived): void {
    const { peer, block } = arrived;
    const hash = hashBlock(block);
    if ((this.#blocks.get(peer) ?? 0) >= blockLimit) return;
    if (!this.#isNear(block.header.number)) return;
    //: Its body was proved before it came here, so the first is as good as any.
    if (this.#queued.has(hash) || this.#host.chain.hasBlock(hash)) return;
    //: What can go in now does not wait, however full it is.
    const next = this.#host.chain.currentHeader.number + 1n;
    const bytes = this.#queuedBytes + sizeOf(block);
    if (block.header.number > next && bytes > maxWaitingBytes) return;
    change(this.#blocks, peer, 1);
    this.#queued.set(hash, arrived);
    this.#queuedBytes = bytes;
    this.#forgetAnnounced(hash);
  }

  /** Takes what can follow the head now, the lowest first. */
  #import(): void {
    for (;;) {
      const height = this.#host.chain.currentHeader.number;
      let lowest: Arrived | undefined;
      for (const [hash, arrived] of this.#queued) {
        const { number } = arrived.block.header;
        if (number + maxUncleDist < height) this.#forgetQueued(hash);
        else if (number <= (lowest?.block.header.number ?? height + 1n)) {
          lowest = arrived;
        }
      }
      if (lowest === undefined) return;
      this.#forgetQueued(hashBlock(lowest.block));
      this.#insert(lowest);
    }
  }
  // #endregion fetcher-enqueue

  // #region fetcher-insert
  /** @geth eth/fetcher/fetcher.go Fetcher.insert */
  #insert({ peer, block }: Arrived): void {
    const { chain, broadcastBlock, imported } = this.#host;
    const { header } = block;
    const hash = hashBlock(block);
    const parent = chain.getHeader(header.parentHash, header.number - 1n);
    if (parent === undefined || chain.hasBlock(hash)) return;
    if (checkHeader(header, parent) !== undefined) {
      this.#drop(peer);
      return;
    }
    //: Whole, before it is in: the sooner the others have it, the better.
    broadcastBlock(block, true);
    if (chain.insertChain([block]).error !== undefined) return;
    imported();
    broadcastBlock(block, false);
  }
  // #endregion fetcher-insert

  #drop(peer: EthPeer): void {
    this.#host.wg.go('dropPeer', () => this.#host.dropPeer(peer));
  }

  #isNear(number: bigint): boolean {
    const distance = number - this.#host.chain.currentHeader.number;
    return distance >= -maxUncleDist && distance <= maxQueueDist;
  }

  #forgetAnnounced(hash: Hash): void {
    for (const { peer } of this.#announced.get(hash) ?? []) {
      change(this.#announces, peer, -1);
    }
    this.#announced.delete(hash);
  }

  #forgetQueued(hash: Hash): void {
    const arrived = this.#queued.get(hash);
    if (arrived === undefined) return;
    this.#queued.delete(hash);
    this.#queuedBytes -= sizeOf(arrived.block);
    change(this.#blocks, arrived.peer, -1);
  }

  /** What it holds, by kind: for tests and for who looks. */
  get counts(): Readonly<
    Record<'announced' | 'fetching' | 'queued' | 'peers', number>
  > {
    return {
      announced: this.#announced.size,
      fetching: this.#fetching.size,
      queued: this.#queued.size,
      peers: new Set([...this.#announces.keys(), ...this.#blocks.keys()]).size,
    };
  }
}

/** Bytes of its RLP, without the headers of its lists. */
function sizeOf({ header, body }: Block): number {
  const parts = [encodeHeader(header), ...bodyParts(body)];
  return parts.reduce((sum, part) => sum + part.length, 0);
}

/** Without an entry for nothing, so that a peer that has left is forgotten. */
function change(counts: Map<EthPeer, number>, peer: EthPeer, by: 1 | -1): void {
  const count = (counts.get(peer) ?? 0) + by;
  if (count === 0) counts.delete(peer);
  else counts.set(peer, count);
}
