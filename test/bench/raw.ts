/** Plain sockets: what the kernel and Node cost before anybody encrypts anything. */

import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { host, type Link, type Receive, type Stack } from './stack.ts';

/** Length and code, before every message. */
const prefixLength = 5;
const readyCode = 255;

class RawLink implements Link {
  readonly #socket: Socket;
  readonly #receive: Receive;
  readonly #ready: () => void;
  #rest: Buffer = Buffer.alloc(0);
  /** Of a message that is larger than what has come: its code and the bytes to come. */
  #open:
    { readonly code: number; readonly parts: Buffer[]; missing: number } | undefined;

  constructor(socket: Socket, receive: Receive, ready: () => void) {
    this.#socket = socket;
    this.#receive = receive;
    this.#ready = ready;
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk) => {
      this.#take(chunk);
    });
  }

  send(code: number, payload: Uint8Array): Promise<void> | undefined {
    const message = Buffer.allocUnsafe(prefixLength + payload.length);
    message.writeUInt32BE(payload.length);
    message[4] = code;
    message.set(payload, prefixLength);
    if (this.#socket.write(message)) return undefined;
    return new Promise((resolve) => this.#socket.once('drain', resolve));
  }

  #take(chunk: Buffer): void {
    let rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    for (;;) {
      if (this.#open === undefined) {
        if (rest.length < prefixLength) break;
        const missing = rest.readUInt32BE();
        this.#open = { code: rest[4] ?? 0, parts: [], missing };
        rest = rest.subarray(prefixLength);
      }
      const open = this.#open;
      const part = rest.subarray(0, open.missing);
      open.parts.push(part);
      open.missing -= part.length;
      rest = rest.subarray(part.length);
      if (open.missing > 0) break;
      this.#open = undefined;
      this.#hand(open.code, open.parts);
    }
    this.#rest = rest;
  }

  #hand(code: number, parts: readonly Buffer[]): void {
    if (code === readyCode) this.#ready();
    else {
      const [first] = parts;
      const payload =
        parts.length === 1 && first !== undefined ? first : Buffer.concat(parts);
      this.#receive(this, code, payload)?.catch(() => undefined);
    }
  }
}

export function rawStack(): Promise<Stack> {
  return Promise.resolve({
    async listen(_maxPeers, receive, up) {
      const server = createServer({ noDelay: true }, (socket) => {
        const link: RawLink = new RawLink(socket, receive, () => {
          up();
          link.send(readyCode, new Uint8Array())?.catch(() => undefined);
        });
      });
      await once(server.listen(0, host, 512), 'listening');
      const address = server.address();
      const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
      return { port, id: '' };
    },
    dialer(to, receive) {
      let socket: Socket | undefined;
      return Promise.resolve({
        dial: () =>
          new Promise<Link>((resolve, reject) => {
            socket = connect({ port: to.port, host, noDelay: true });
            socket.once('error', reject);
            const link: RawLink = new RawLink(socket, receive, () => {
              resolve(link);
            });
            socket.once('connect', () => {
              link.send(readyCode, new Uint8Array())?.catch(() => undefined);
            });
          }),
        close() {
          socket?.destroy();
          return Promise.resolve();
        },
      });
    },
  });
}
