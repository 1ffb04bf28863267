import type { Chan } from '#impl/csp/chan.ts';
import type { Identified } from '#impl/p2p/conn.ts';
import type { Server } from '#impl/p2p/server.ts';
import type * as Mine from './solution.ts';

/** `Server.checkpoint` is a method: the server, with its `quit`, is `this`. */
export function adapt({
  checkpoint,
}: typeof Mine): <C extends Identified>(
  this: Server,
  conn: C,
  stage: Chan<C>,
) => Promise<void> {
  return function (conn, stage) {
    return checkpoint(conn, stage, this.quit);
  };
}
