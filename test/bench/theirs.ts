/** @ethereumjs/devp2p as it comes, except that its sockets get `noDelay`. */

import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { createCustomCommon, Hardfork, Mainnet } from '@ethereumjs/common';
import { RLPx } from '@ethereumjs/devp2p';
import { compress } from 'snappyjs';
import {
  host,
  protocolLength,
  protocolName,
  type Address,
  type Link,
  type Receive,
  type Stack,
} from './stack.ts';

/** Without it Nagle and the delayed ACK make every round trip take 88 ms. */
class PromptRLPx extends RLPx {
  get port(): number {
    const address = this._server?.address();
    return typeof address === 'object' ? (address?.port ?? 0) : 0;
  }

  override _onConnect(socket: Socket, peerId: Uint8Array | null): void {
    socket.setNoDelay(true);
    super._onConnect(socket, peerId);
  }
}

interface TheirPeer {
  readonly _socket: Socket;
}

type TheirSend = (code: number, payload: Uint8Array) => void;

/** A subprotocol for their `Peer`, which asks no more of one than this. */
function protocolClass(receive: Receive, up: (link: Link) => void): unknown {
  return class {
    readonly #link: Link;

    constructor(_version: number, peer: TheirPeer, send: TheirSend) {
      const socket = peer._socket;
      this.#link = {
        send(code, payload) {
          send(code, compress(payload)); // as their ETH does from p2p version 5 on
          if (!socket.writableNeedDrain) return undefined;
          return new Promise((resolve) => socket.once('drain', resolve));
        },
      };
      // Later: their peer is not connected before its constructor calls are over.
      queueMicrotask(() => {
        up(this.#link);
      });
    }

    _handleMessage(code: number, payload: Uint8Array): void {
      receive(this.#link, code, payload)?.catch(() => undefined);
    }
  };
}

function newRLPx(
  receive: Receive,
  up: (link: Link) => void,
  maxPeers: number,
): PromptRLPx {
  const constructor = protocolClass(receive, up);
  const capability = {
    name: protocolName,
    version: 1,
    length: protocolLength,
    constructor,
  };
  const rlpx = new PromptRLPx(randomBytes(32), {
    capabilities: [capability as never], // `Protocol` itself is not exported
    common: createCustomCommon({ chainId: 1337 }, Mainnet, {
      hardfork: Hardfork.Byzantium,
    }),
    maxPeers,
    timeout: 60_000, // it also ends a peer whose Pong is late, as on a loaded machine
  });
  rlpx.events.on('error', () => undefined);
  rlpx.events.on('peer:error', () => undefined);
  return rlpx;
}

export function theirStack(): Promise<Stack> {
  return Promise.resolve({
    async listen(maxPeers, receive, up) {
      const rlpx = newRLPx(receive, up, maxPeers);
      await new Promise<void>((resolve) => {
        rlpx.events.on('listening', () => {
          resolve();
        });
        rlpx.listen(0, host);
      });
      return { port: rlpx.port, id: Buffer.from(rlpx.id).toString('hex') };
    },
    dialer(to, receive) {
      let up: (link: Link) => void = () => undefined;
      const connected = new Promise<Link>((resolve) => {
        up = resolve;
      });
      const rlpx = newRLPx(receive, up, 1);
      return Promise.resolve({
        async dial() {
          await rlpx.connect(theirNode(to));
          return connected;
        },
        close() {
          rlpx.destroy();
          return Promise.resolve();
        },
      });
    },
  });
}

function theirNode({ id, port }: Address): {
  id: Uint8Array;
  address: string;
  tcpPort: number;
} {
  return { id: Buffer.from(id, 'hex'), address: host, tcpPort: port };
}
