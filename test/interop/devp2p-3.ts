/**
 * ethereumjs-devp2p 3.0.3 (2020) behind the interface of the tests: eth/63 and eth/62 over
 * p2p v4, which knows no Snappy. It stands in a folder of its own, with its own lock file.
 */

import type { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import type { Server as NetServer } from 'node:net';
import {
  inBytes,
  type Library,
  type LibraryNode,
  type LibraryOptions,
  type LibraryPeer,
  type LibraryStatus,
  type Nested,
  portOf,
} from './library.ts';

/** What is used of the package, which is not there when types are checked. */
interface Devp2p3 {
  readonly ETH: { readonly eth62: unknown; readonly eth63: unknown };
  readonly RLPx: new (key: Buffer, options: object) => Rlpx;
}

interface Rlpx extends EventEmitter {
  readonly _server: NetServer | null;
  listen(port: number, host: string): void;
  connect(peer: { id: Buffer; address: string; tcpPort: number }): Promise<void>;
  destroy(): void;
}

interface Peer {
  getProtocols(): readonly Eth[];
  getHelloMessage(): LibraryPeer['hello'];
  getDisconnectPrefix(reason: number): string | undefined;
  disconnect(reason: number): void;
  _sendPing(): void;
  _handlePong(payload: unknown): void;
}

interface Eth extends EventEmitter {
  getVersion(): number;
  sendStatus(status: LibraryStatus & { networkId: number }): void;
  sendMessage(code: number, payload: Nested): void;
}

/** @returns undefined: it is not installed */
export function loadDevp2p3(): Library | undefined {
  const require = createRequire(new URL('devp2p-3/package.json', import.meta.url));
  try {
    const devp2p = require('ethereumjs-devp2p') as Devp2p3;
    return {
      name: 'ethereumjs-devp2p 3.0.3',
      hangsOnUnknownCode: true,
      open: (options) => open(devp2p, options),
    };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

function open({ ETH, RLPx }: Devp2p3, options: LibraryOptions): LibraryNode {
  const { key, versions, networkId, maxPeers } = options;
  const rlpx = new RLPx(Buffer.from(key), {
    capabilities: versions.map((version) => (version === 62 ? ETH.eth62 : ETH.eth63)),
    listenPort: 30_303, // said in Hello alone, which it cannot write without one
    maxPeers,
  });
  const listening = new Promise<number>((resolve) => {
    rlpx.on('listening', () => {
      resolve(portOf(rlpx._server?.address()));
    });
  });
  rlpx.on('error', () => undefined);
  rlpx.on('peer:error', () => undefined);
  rlpx.on('peer:added', (peer: Peer) => {
    options.onPeer(peerOf(peer, networkId));
  });
  rlpx.on('peer:removed', (_peer: Peer, reason: unknown, weDid: unknown) => {
    options.onRemoved({ reason: Number(reason), weDid: weDid === true });
  });
  rlpx.listen(0, '127.0.0.1');
  return {
    listening,
    dial: ({ id, host, port: tcpPort }) =>
      rlpx.connect({ id: Buffer.from(id, 'hex'), address: host, tcpPort }),
    close: () => {
      rlpx.destroy();
    },
  };
}

function peerOf(peer: Peer, networkId: number): LibraryPeer {
  const [eth] = peer.getProtocols();
  if (eth === undefined) throw new TypeError('no eth protocol was agreed on');
  return {
    version: eth.getVersion(),
    hello: peer.getHelloMessage(),
    serve: ({ comparesStatus, onStatus, onMessage }) => {
      if (!comparesStatus) Object.assign(eth, { _handleStatus: () => undefined });
      eth.on('status', onStatus);
      eth.on('message', (code: number, payload: Nested) => {
        onMessage({ code, payload });
      });
    },
    sendStatus: ({ td, bestHash, genesisHash }) => {
      const hashes = {
        bestHash: Buffer.from(bestHash),
        genesisHash: Buffer.from(genesisHash),
      };
      eth.sendStatus({ networkId, td, ...hashes });
    },
    send: (code, payload) => {
      eth.sendMessage(code, inBytes(payload));
    },
    ping: () =>
      new Promise((resolve) => {
        const handlePong = peer._handlePong.bind(peer);
        Object.assign(peer, {
          _handlePong: (payload: unknown) => {
            handlePong(payload);
            resolve();
          },
        });
        peer._sendPing();
      }),
    disconnect: (reason) => {
      peer.disconnect(reason);
    },
    reasonName: (reason) => peer.getDisconnectPrefix(reason),
  };
}
