import type { Chan } from '#impl/csp/chan.ts';
import type { Done } from '#impl/csp/done.ts';
import { recv, select, send } from '#impl/csp/select.ts';
import type { Identified } from '#impl/p2p/conn.ts';
import { ServerStopped } from '#impl/p2p/server-stopped.ts';

/**
 * Hands `conn` to the run loop and waits for its verdict.
 *
 * @throws the refusal, as it came
 * @throws {ServerStopped} `quit` closed first, in either wait
 */
export async function checkpoint<C extends Pick<Identified, 'cont'>>(
  conn: C,
  stage: Chan<C>,
  quit: Done,
): Promise<void> {
  const offered = await select({ taken: send(stage, conn), quit: recv(quit) });
  if (offered.case === 'quit') throw new ServerStopped();

  const verdict = await select({ cont: recv(conn.cont), quit: recv(quit) });
  if (verdict.case === 'quit') throw new ServerStopped();
  if (verdict.value !== undefined) throw verdict.value;
}
