/** The task that fetches bodies from one peer, and proves each of them. */

import { Chan } from '../csp/chan.ts';
import { Done } from '../csp/done.ts';
import { recv, select, send } from '../csp/select.ts';
import { inSlices, stopped, type Work } from '../csp/slices.ts';
import { type Block, bodyOf } from '../core/block.ts';
import type { Header } from '../core/header.ts';
import { checkBodyWork } from '../core/validate.ts';
import { SyncError } from './errors.ts';
import { cancelled, type Source } from './source.ts';

/** A block whose body gives the roots that its header names. */
export interface Proved {
  readonly block: Block;
  readonly bytes: number;
}

/** What became of a job. */
export interface Fetched {
  readonly source: Source;
  /** What was asked for. */
  readonly headers: readonly Header[];
  /** What came of it, and is right: also before the first that is wrong. */
  readonly blocks: readonly Proved[];
  readonly fault: SyncError | undefined;
}

/** @geth eth/downloader/downloader.go Downloader.fetchBodies */
export class BodyFetcher {
  readonly source: Source;
  readonly stop = new Done('body fetcher stops');
  readonly #jobs = new Chan<readonly Header[]>('body job', 1);
  readonly #over: Done;
  readonly #fetched: Chan<Fetched>;
  #isIdle = true;

  constructor(source: Source, over: Done, fetched: Chan<Fetched>) {
    this.source = source;
    this.#over = over;
    this.#fetched = fetched;
  }

  /** Read and set by the download alone. */
  get isIdle(): boolean {
    return this.#isIdle;
  }

  start(headers: readonly Header[]): void {
    this.#isIdle = false;
    this.#jobs.trySend(headers);
  }

  rest(): void {
    this.#isIdle = true;
  }

  // #region fetch-bodies
  /** Takes one job after the other, and reports each. */
  async run(): Promise<void> {
    for (;;) {
      const job = await select({
        headers: recv(this.#jobs),
        stop: recv(this.stop),
        over: recv(this.#over),
      });
      if (job.case !== 'headers') return;
      const report = await this.#fetch(job.value);
      const event = await select({
        taken: send(this.#fetched, report),
        over: recv(this.#over),
      });
      if (event.case === 'over') return;
    }
  }

  async #fetch(headers: readonly Header[]): Promise<Fetched> {
    const { source } = this;
    const blocks: Proved[] = [];
    try {
      const bodies = await source.fetchBodies(headers, this.#over);
      const proved = await inSlices(prove(headers, bodies, blocks), this.#over);
      const fault = proved === stopped ? cancelled() : proved;
      return { source, headers, blocks, fault };
    } catch (error) {
      if (!(error instanceof SyncError)) throw error;
      return { source, headers, blocks, fault: error };
    }
  }
  // #endregion fetch-bodies
}

// #region prove-bodies
/**
 * Holds each body against its header, in the order in which they were asked for.
 *
 * @param blocks takes those that are right, up to the first that is not
 */
function* prove(
  headers: readonly Header[],
  bodies: readonly Uint8Array[],
  blocks: Proved[],
): Work<SyncError | undefined> {
  for (const [i, data] of bodies.entries()) {
    const header = headers[i];
    if (header === undefined) break;
    const block = { header, body: yield* bodyOf(data) };
    const error = yield* checkBodyWork(block);
    if (error !== undefined) {
      return new SyncError('bad-peer', error.message, { cause: error });
    }
    blocks.push({ block, bytes: data.length });
    yield proveUnits;
  }
  return undefined;
}
// #endregion prove-bodies

/** What a body costs beside its roots. */
const proveUnits = 20;
