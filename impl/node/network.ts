/** The real network, behind the same seam as the one in memory. */

import type { Network } from '../net/listener.ts';
import { dialTCP, listenTCP } from '../net/tcp.ts';

export const tcpNetwork: Network = {
  listen: (host, port) => listenTCP(host, port),
  dial: (host, port, timeoutMs, stop) => dialTCP(host, port, { timeoutMs, stop }),
};
