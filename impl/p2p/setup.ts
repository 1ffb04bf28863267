/** The second half of a connection's set-up: Hello, and who it must be from. */

import { equalBytes, fromHex } from '../bytes.ts';
import { baseProtocolVersion } from './base-protocol.ts';
import type { Conn, HelloConn, ProtoHandshake } from './conn.ts';
import type { NodeID } from './enode.ts';
import { DiscError, discUnexpectedIdentity } from './peer-error.ts';
import type { Cap, Protocol } from './protocol.ts';

/** The server stopped before the connection was a peer. @geth p2p/server.go errServerStopped */
export class ServerStopped extends Error {
  override readonly name = 'ServerStopped';

  constructor() {
    super('server stopped');
  }
}

/** What we say in Hello: every protocol, in the order of the configuration. */
export function ourHello(config: {
  readonly name: string;
  readonly self: NodeID;
  readonly protocols: readonly Protocol[];
}): ProtoHandshake {
  const caps = config.protocols.map(({ name, version }): Cap => ({ name, version }));
  const id = fromHex(config.self);
  return { version: baseProtocolVersion, name: config.name, caps, listenPort: 0, id };
}

// #region setup-hello
/**
 * Exchanges Hello.
 *
 * @throws {DiscError} 9: Hello carries another id than the one of the handshake
 */
export async function setupHello(conn: Conn, our: ProtoHandshake): Promise<HelloConn> {
  const { their, transport } = await conn.transport.doProtoHandshake(our);
  //: A name in Hello proves nothing: anybody can write any id there.
  if (!equalBytes(their.id, fromHex(conn.id)))
    throw new DiscError(discUnexpectedIdentity);
  return { ...conn, transport, caps: their.caps, name: their.name };
}
// #endregion setup-hello
