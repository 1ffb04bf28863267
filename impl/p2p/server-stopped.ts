/** The server stopped before the connection was a peer. @geth p2p/server.go errServerStopped */
export class ServerStopped extends Error {
  override readonly name = 'ServerStopped';

  constructor() {
    super('server stopped');
  }
}
