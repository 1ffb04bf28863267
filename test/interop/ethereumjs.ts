/** @ethereumjs/devp2p 10 behind the interface of the tests. */

import { createCustomCommon, Hardfork, Mainnet } from '@ethereumjs/common';
import { ETH, type EthMessageCodes, RLPx, type Peer } from '@ethereumjs/devp2p';
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

export const ethereumjs: Library = { name: '@ethereumjs/devp2p 10', open };

function open(options: LibraryOptions): LibraryNode {
  const { key, versions, networkId, maxPeers } = options;
  const rlpx = new RLPx(key, {
    capabilities: versions.map((version) => (version === 62 ? ETH.eth62 : ETH.eth63)),
    // The network id of their Status is the chain id of this.
    common: createCustomCommon({ chainId: networkId }, Mainnet, {
      hardfork: Hardfork.Byzantium,
    }),
    maxPeers,
  });
  const listening = new Promise<number>((resolve) => {
    rlpx.events.on('listening', () => {
      resolve(portOf(rlpx['_server']?.address()));
    });
  });
  rlpx.events.on('error', () => undefined);
  rlpx.events.on('peer:error', () => undefined);
  rlpx.events.on('peer:added', (peer) => {
    options.onPeer(peerOf(peer));
  });
  rlpx.events.on('peer:removed', (_peer, reason: unknown, weDid: unknown) => {
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

function peerOf(peer: Peer): LibraryPeer {
  const [eth] = peer.getProtocols();
  if (!(eth instanceof ETH)) throw new TypeError('no eth protocol was agreed on');
  const hello = peer.getHelloMessage();
  if (hello === null) throw new TypeError('a peer without a Hello');
  return {
    version: eth.getVersion(),
    hello,
    serve: ({ comparesStatus, onStatus, onMessage }) => {
      if (!comparesStatus) Object.assign(eth, { _handleStatus: () => undefined });
      eth.events.on('status', (status: LibraryStatus) => {
        onStatus(status);
      });
      eth.events.on('message', (code: number, payload: Nested) => {
        onMessage({ code, payload });
      });
    },
    sendStatus: (status) => {
      eth.sendStatus(status);
    },
    send: (code, payload) => {
      eth.sendMessage(code as EthMessageCodes, inBytes(payload)); // one of the versions' codes
    },
    ping: () =>
      new Promise((resolve) => {
        const handlePong = peer._handlePong.bind(peer);
        Object.assign(peer, {
          _handlePong: () => {
            handlePong();
            resolve();
          },
        });
        peer._sendPing();
      }),
    disconnect: (reason) => {
      peer.disconnect(reason as Parameters<Peer['disconnect']>[0]); // any number is sent
    },
    reasonName: (reason) =>
      peer.getDisconnectPrefix(reason as Parameters<Peer['getDisconnectPrefix']>[0]),
  };
}
