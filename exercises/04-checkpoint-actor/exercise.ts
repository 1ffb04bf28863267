import type { Chan } from '#impl/csp/chan.ts';
import type { Done } from '#impl/csp/done.ts';
import { recv, select, send } from '#impl/csp/select.ts';
import type { Identified } from '#impl/p2p/conn.ts';
import { ServerStopped } from '#impl/p2p/server-stopped.ts';
import { Unsolved } from '#kit/unsolved.ts';

/** Hands `conn` to the run loop and waits for its verdict: undefined, or an error. */
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
