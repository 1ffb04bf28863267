/** Servers over a network in memory where tests say who dials from which address. */

import { toHex } from '../../impl/bytes.ts';
import { Chan } from '../../impl/csp/chan.ts';
import { Done } from '../../impl/csp/done.ts';
import { runtime } from '../../impl/csp/runtime.ts';
import { recv, select } from '../../impl/csp/select.ts';
import { Timer } from '../../impl/csp/timer.ts';
import { fromHex } from '../../impl/bytes.ts';
import type { Listener, Network } from '../../impl/net/listener.ts';
import { ConnClosed, DeadlineExceeded, type NetConn } from '../../impl/net/net-conn.ts';
import { pipe } from '../../impl/net/pipe.ts';
import { discMsg } from '../../impl/p2p/base-protocol.ts';
import type { Node, NodeID } from '../../impl/p2p/enode.ts';
import type { PeerEvent } from '../../impl/p2p/events.ts';
import { newMsg } from '../../impl/p2p/message.ts';
import { DiscError } from '../../impl/p2p/peer-error.ts';
import type { Cap } from '../../impl/p2p/protocol.ts';
import { encodeDisconnect } from '../../impl/p2p/rlpx/disconnect.ts';
import { Server, type ServerConfig } from '../../impl/p2p/server.ts';
import { PlainTransport } from '../../impl/sim/plain-transport.ts';
import { idOf, makeProtocol, readAll } from './peers.ts';

/** Hosts, listeners, and the wires between them. */
export class World {
  /** Hosts that take no notice of a dial. */
  readonly blackHoles = new Set<string>();
  /** Every dial of a server: when, and whom. */
  readonly dials: { readonly at: number; readonly host: string }[] = [];
  /** Connections that wait to be accepted. */
  waiting = 0;
  readonly #listening = new Map<string, Chan<NetConn>>();
  #nextPort = 50_000;

  /** The network as `host` sees it. */
  at(host: string): Network {
    return {
      listen: (listenHost, port) => this.#listen(listenHost, port),
      dial: (to, port, timeoutMs, stop) => {
        this.dials.push({ at: runtime().now(), host: to });
        return this.blackHoles.has(to)
          ? silence(timeoutMs, stop)
          : runtime()
              .ready(undefined)
              .then(() => this.connect(`${to}:${port}`, host));
      },
    };
  }

  /** Dials `to` from `host`, which need not exist. */
  connect(to: string, host: string): NetConn {
    const incoming = this.#listening.get(to);
    if (incoming === undefined) throw new ConnClosed('dial', new Error('refused'));
    const [ours, theirs] = pipe({ addrs: [`${host}:${this.#nextPort++}`, to] });
    if (!incoming.trySend(theirs)) throw new Error('the backlog is full');
    return ours;
  }

  async #listen(host: string, port: number): Promise<Listener> {
    await runtime().ready(undefined);
    const actual = port === 0 ? this.#nextPort++ : port;
    const address = `${host}:${actual}`;
    if (this.#listening.has(address)) throw new ConnClosed('listen');
    const incoming = new Chan<NetConn>(`accept ${address}`, 512);
    const closed = new Done(`listener ${address} closed`);
    this.#listening.set(address, incoming);
    return {
      host,
      port: actual,
      accept: async () => {
        const event = await select({ conn: recv(incoming), closed: recv(closed) });
        if (event.case === 'closed') throw new ConnClosed('accept');
        return event.value;
      },
      close: async () => {
        this.#listening.delete(address);
        closed.close();
        for (let conn = incoming.tryRecv(); conn; conn = incoming.tryRecv()) {
          await conn.value.close();
        }
      },
    };
  }

  isListening(address: string): boolean {
    return this.#listening.has(address);
  }
}

async function silence(timeoutMs: number, stop: Done): Promise<NetConn> {
  const timer = new Timer('dial', timeoutMs);
  const event = await select({ tooLate: recv(timer), stop: recv(stop) });
  timer.stop();
  if (event.case === 'stop') throw new ConnClosed('dial');
  throw new DeadlineExceeded('dial');
}

export const serverHost = '10.0.0.1';
export const serverAddress = `${serverHost}:30303`;
/** The server under test, unless it says otherwise. */
export const serverID = idOf('11');

export const nodeAt = (id: NodeID, host: string): Node => ({ id, host, port: 30_303 });
export const serverNode = nodeAt(serverID, serverHost);

export type TimedEvent = PeerEvent & { readonly at: number };

/** A server that writes down its events. */
export class TestServer extends Server {
  readonly events: TimedEvent[] = [];

  constructor(config: ServerConfig) {
    super(config);
    this.feed.subscribe((event) => {
      this.events.push({ ...event, at: runtime().now() });
    });
  }

  /** Events without their details: `add 22`, `drop 22 4`. */
  get story(): string[] {
    return this.events.flatMap((event) => {
      if (event.type === 'refused' || event.type === 'accept-error') return [];
      if (event.type === 'dial-error') return `dial-error ${event.node.id.slice(0, 2)}`;
      const who = `${event.type} ${event.peer.slice(0, 2)}`;
      return event.type === 'drop' ? `${who} ${event.reason}` : who;
    });
  }

  async peerIDs(): Promise<string[]> {
    return (await this.peers()).map(({ id }) => id.slice(0, 2));
  }
}

export function makeServer(
  world: World,
  options: Partial<ServerConfig> & {
    readonly host?: string;
    /** Default true. */
    readonly listens?: boolean;
  } = {},
): TestServer {
  const { host = serverHost, listens = true, ...fields } = options;
  const self = fields.self ?? serverID;
  return new TestServer({
    privateKey: new Uint8Array(32).fill(1),
    self,
    name: 'peerwalk/test',
    protocols: [makeProtocol(readAll)],
    network: world.at(host),
    newTransport: (fd) => new PlainTransport(fd, self),
    maxPeers: 10,
    ...(listens && { listen: { host, port: 30_303 } }),
    ...fields,
  });
}

/** Somebody who connects to a server and is led by hand. Speaks protocol a/1. */
export class Remote {
  readonly fd: NetConn;
  readonly transport: PlainTransport;
  readonly id: NodeID;
  /** `[code, payload]` of what came after Hello, or of a Disconnect in its place. */
  readonly heard: [number, string][] = [];
  endedAt: number | undefined;

  constructor(world: World, id: NodeID, host = '10.0.0.2', to = serverAddress) {
    this.fd = world.connect(to, host);
    this.id = id;
    this.transport = new PlainTransport(this.fd, id);
  }

  /** The encryption handshake alone. */
  async prove(): Promise<void> {
    await this.transport.doEncHandshake();
  }

  async sayHello(
    caps: readonly Cap[] = [{ name: 'a', version: 1 }],
    id = this.id,
  ): Promise<void> {
    try {
      await this.transport.doProtoHandshake({
        version: 5,
        name: 'remote/test',
        caps,
        listenPort: 0,
        id: fromHex(id),
      });
    } catch (error) {
      if (error instanceof DiscError)
        this.#note(discMsg, encodeDisconnect(error.reason));
      throw error;
    }
  }

  /** Both handshakes. Undefined, or what ended them; then the connection is closed. */
  async join(caps?: readonly Cap[]): Promise<unknown> {
    try {
      await this.prove();
      await this.sayHello(caps);
      return undefined;
    } catch (error) {
      await this.leave();
      return error;
    }
  }

  send(code: number, payload: Uint8Array = Uint8Array.of(0xc0)): Promise<void> {
    return this.transport.writeMsg(newMsg(code, payload));
  }

  /** Reads until the connection ends; then it is closed here too. */
  async listen(): Promise<void> {
    try {
      for (;;) {
        const { code, payload } = await this.transport.readMsg();
        this.#note(code, payload);
      }
    } catch {
      // Closed there, or too late: there is nothing more to hear.
    }
    await this.leave();
  }

  /** Both handshakes, then `listen`. */
  async live(caps?: readonly Cap[]): Promise<void> {
    if ((await this.join(caps)) === undefined) await this.listen();
  }

  async leave(): Promise<void> {
    this.endedAt ??= runtime().now();
    await this.fd.close();
  }

  /** The reason of the Disconnect that came. */
  get reason(): string | undefined {
    return this.heard.find(([code]) => code === discMsg)?.[1];
  }

  #note(code: number, payload: Uint8Array): void {
    this.heard.push([code, toHex(payload)]);
  }
}
