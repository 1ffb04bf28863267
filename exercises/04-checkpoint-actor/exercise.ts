import type { Chan } from '#impl/csp/chan.ts';
import type { Done } from '#impl/csp/done.ts';
import { recv, select, send } from '#impl/csp/select.ts';
import type { Identified } from '#impl/p2p/conn.ts';
import { ServerStopped } from '#impl/p2p/server-stopped.ts';
import { Unsolved } from '#kit/unsolved.ts';

/**
 * Hands `conn` to the run loop and waits for its verdict.
 *
 * @param conn has `cont`, a Chan for the verdict: undefined lets it pass, an error refuses
 * @param stage the Chan of this checkpoint; the run loop takes connections out of it
 * @param quit a Done: the server stops
 * @throws the refusal, as it came
 * @throws {ServerStopped} `quit` closed first, in either wait
 */
export async function checkpoint<C extends Pick<Identified, 'cont'>>(
  conn: C,
  stage: Chan<C>,
  quit: Done,
): Promise<void> {
  // TODO 1: offer `conn` on `stage`, unless `quit` closes first.
  // TODO 2: wait for the verdict on `conn.cont`, unless `quit` closes first.
  // TODO 3: throw the verdict if it is an error.
  throw new Unsolved(
    'checkpoint',
    { conn, stage, quit },
    { select, send, recv, ServerStopped },
  );
}
