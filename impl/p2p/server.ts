/**
 * A node's peers: accepts and dials connections, decides which become peers, and ends
 * them all when it stops.
 *
 * The set of peers is a local variable of `run`. Everyone else asks `run` through a
 * channel and waits for the answer, so no two decisions can overlap.
 */

import { equalBytes, fromHex } from '../bytes.ts';
import { Chan } from '../csp/chan.ts';
import { Done } from '../csp/done.ts';
import { runtime } from '../csp/runtime.ts';
import { recv, select, send } from '../csp/select.ts';
import { WaitGroup } from '../csp/wait-group.ts';
import type { Listener, Network } from '../net/listener.ts';
import type { NetConn } from '../net/net-conn.ts';
import { Acceptor } from './accept.ts';
import { baseProtocolVersion } from './base-protocol.ts';
import type {
  Conn,
  ConnFlags,
  HelloConn,
  Identified,
  NewTransport,
  ProtoHandshake,
} from './conn.ts';
import { CrossDial, type Claim } from './cross-dial.ts';
import { DialQueue } from './dial-queue.ts';
import {
  defaultDialTimeoutMs,
  DialState,
  maxActiveDialTasks,
  type DialHost,
  type DialNodeTask,
  type DialTask,
} from './dial.ts';
import { enodeURL, type Node, type NodeID } from './enode.ts';
import { PeerFeed } from './events.ts';
import { endedBy } from './fault.ts';
import {
  encHandshakeChecks,
  maxDialedConns,
  protoHandshakeChecks,
  type PeerTable,
} from './handshake-checks.ts';
import { AcceptRefused, InboundThrottle } from './inbound-throttle.ts';
import type { Cidr } from './ip.ts';
import { Peer, type PeerEnd } from './peer.ts';
import {
  discAlreadyConnected,
  DiscError,
  discQuitting,
  discRequested,
  discSubprotocolError,
  discUnexpectedIdentity,
} from './peer-error.ts';
import type { Cap, Protocol } from './protocol.ts';
import { ServerStopped } from './server-stopped.ts';

/** @geth p2p/server.go defaultMaxPendingPeers */
const defaultMaxPendingPeers = 50;

/** @geth p2p/server.go Config */
export interface ServerConfig {
  readonly privateKey: Uint8Array;
  /** The public key of `privateKey`. */
  readonly self: NodeID;
  /** Sent in Hello. */
  readonly name: string;
  readonly protocols: readonly Protocol[];
  readonly network: Network;
  readonly newTransport: (fd: NetConn) => NewTransport;
  readonly maxPeers: number;
  /** Inbound connections that may shake hands at once. Default, and with 0 as in geth: 50. */
  readonly maxPendingPeers?: number;
  /** Without an address nobody can dial us. Port 0 is any free one. */
  readonly listen?: { readonly host: string; readonly port: number };
  /** Dial nobody, static nodes neither. geth dialed those all the same until v1.9.11. */
  readonly noDial?: boolean;
  readonly staticNodes?: readonly Node[];
  /** Dialed in turn, up to a third of the places. */
  readonly bootnodes?: readonly Node[];
  /** Exempt from the caps on peers. */
  readonly trustedNodes?: readonly Node[];
  /** Address ranges that may connect and that are dialed; without them, all. */
  readonly netRestrict?: readonly Cidr[];
  readonly enableMsgEvents?: boolean;
}

interface PeerDrop {
  readonly peer: Peer;
  readonly end: PeerEnd;
}

type PeerOp = (peers: ReadonlyMap<NodeID, Peer>) => void;

/** @geth p2p/server.go Server */
export class Server implements DialHost {
  readonly quit = new Done('quit');
  /** Connections after the encryption handshake: checkpoint 1. */
  readonly posthandshake = new Chan<Conn>('posthandshake');
  /** Connections after Hello: checkpoint 2. */
  readonly addpeer = new Chan<HelloConn>('addpeer');
  readonly delpeer = new Chan<PeerDrop>('delpeer');
  readonly addstatic = new Chan<Node>('addstatic');
  readonly removestatic = new Chan<Node>('removestatic');
  readonly peerOp = new Chan<PeerOp>('peerOp');
  readonly peerOpDone = new Chan<undefined>('peerOpDone');
  readonly feed = new PeerFeed((error) => {
    runtime().taskFailed('peer event listener', error);
  });
  readonly config: ServerConfig;
  readonly #wg = new WaitGroup((task, error) => {
    this.died(task, error);
  });
  readonly #throttle: InboundThrottle;
  readonly #crossDial: CrossDial;
  // BOUNDED by maxPendingPeers + maxActiveDialTasks; `stop` closes what shakes hands.
  readonly #handshaking = new Set<NetConn>();
  readonly #hello: ProtoHandshake;
  #listener: Listener | undefined;

  constructor(config: ServerConfig) {
    this.config = config;
    this.#hello = helloOf(config);
    this.#throttle = new InboundThrottle(config.netRestrict);
    this.#crossDial = new CrossDial(config.self);
  }

  /** Where others can dial us; undefined without a listener. */
  get enode(): string | undefined {
    if (this.#listener === undefined) return undefined;
    const { host, port } = this.#listener;
    return enodeURL({ id: this.config.self, host, port });
  }

  get port(): number | undefined {
    return this.#listener?.port;
  }

  /** Names of the tasks that are alive, peers' tasks not counted. */
  get tasks(): readonly string[] {
    return this.#wg.names;
  }

  // #region server-start
  /**
   * Opens the listener and starts the loops. Call once.
   *
   * @throws {ConnClosed} the address cannot be listened on; nothing is left running
   * @throws {ServerStopped} `stop` was called first; nothing is left running
   * @geth p2p/server.go Server.Start
   */
  async start(): Promise<void> {
    const { listen, network } = this.config;
    if (listen !== undefined) {
      const listener = await network.listen(listen.host, listen.port);
      //: `stop` may have run meanwhile; it knew of no listener.
      if (this.quit.closed) {
        await listener.close();
        throw new ServerStopped();
      }
      this.#listener = listener;
      this.#wg.go('listenLoop', () => this.listenLoop(listener));
    }
    const dialstate = dialStateOf(this.config);
    this.#wg.go('run', () => this.run(dialstate));
  }
  // #endregion server-start

  // #region server-stop
  /**
   * Ends every peer, handshake and dial, and resolves when none is left.
   *
   * @geth p2p/server.go Server.Stop
   */
  async stop(): Promise<void> {
    //= wake whoever waits
    //: No lock is held while we wait: in geth v1.8.12 that can hang for ever.
    this.quit.close();
    await this.#listener?.close();
    for (const fd of [...this.#handshaking]) await fd.close();
    //= wait for everybody
    await this.#wg.wait();
  }
  // #endregion server-stop

  /** Dials the node now and whenever it is gone, unless `noDial`. @geth p2p/server.go Server.AddPeer */
  async addPeer(node: Node): Promise<void> {
    await select({ taken: send(this.addstatic, node), quit: recv(this.quit) });
  }

  /** Forgets the node and disconnects it. @geth p2p/server.go Server.RemovePeer */
  async removePeer(node: Node): Promise<void> {
    await select({ taken: send(this.removestatic, node), quit: recv(this.quit) });
  }

  /** The peers now; none after `stop`. @geth p2p/server.go Server.Peers */
  async peers(): Promise<readonly Peer[]> {
    let found: readonly Peer[] = [];
    const op: PeerOp = (peers) => {
      found = [...peers.values()];
    };
    const event = await select({ taken: send(this.peerOp, op), quit: recv(this.quit) });
    if (event.case === 'taken') await this.peerOpDone.recv();
    return found;
  }

  // #region server-run
  /**
   * The run loop. It alone knows the peers, and answers everyone who asks.
   *
   * @geth p2p/server.go Server.run
   */
  async run(dialstate: DialState): Promise<void> {
    const peers = new Map<NodeID, Peer>(); // BOUNDED by maxPeers, static and trusted nodes
    let inboundCount = 0;
    const trusted = new Set(this.config.trustedNodes?.map(({ id }) => id));
    const taskdone = new Chan<DialTask>('taskdone', maxActiveDialTasks);
    const dials = new DialQueue(this, dialstate, taskdone, this.#wg);
    const table = (): PeerTable => ({ peers, inboundCount, ...this.config });

    try {
      running: for (;;) {
        dials.schedule(peers);
        const event = await select({
          quit: recv(this.quit),
          addstatic: recv(this.addstatic),
          removestatic: recv(this.removestatic),
          peerOp: recv(this.peerOp),
          taskdone: recv(taskdone),
          posthandshake: recv(this.posthandshake),
          addpeer: recv(this.addpeer),
          delpeer: recv(this.delpeer),
        });
        switch (event.case) {
          case 'quit':
            break running;
          case 'addstatic':
            if (this.config.noDial !== true) dialstate.addStatic(event.value);
            break;
          case 'removestatic':
            dialstate.removeStatic(event.value);
            await peers.get(event.value.id)?.disconnect(discRequested);
            break;
          case 'peerOp':
            event.value(peers);
            await this.peerOpDone.send(undefined);
            break;
          case 'taskdone':
            dials.done(event.value);
            break;
          // #region run-gates
          case 'posthandshake': {
            //= checkpoint 1: the remote has named itself
            const conn = event.value;
            if (trusted.has(conn.id)) conn.flags.trusted = true;
            await this.answer(conn, encHandshakeChecks(table(), conn));
            break;
          }
          case 'addpeer': {
            //= checkpoint 2: it has said what it speaks
            const conn = event.value;
            const { protocols, enableMsgEvents = false } = this.config;
            const refusal = protoHandshakeChecks(table(), conn, protocols);
            if (refusal === undefined) {
              const peer = new Peer(
                conn,
                protocols,
                enableMsgEvents ? this.feed : undefined,
              );
              peers.set(conn.id, peer);
              if (peer.inbound) inboundCount++;
              this.#wg.go('runPeer', () => this.runPeer(peer));
            }
            //: Answer last: a dial task counts as done once its peer is in `peers`.
            await this.answer(conn, refusal);
            break;
          }
          // #endregion run-gates
          case 'delpeer':
            //= a peer has ended
            if (event.value.peer.inbound) inboundCount--;
            this.forget(peers, event.value);
            break;
        }
      }
    } catch (error) {
      this.died('run', error); // and so its peers end, as in any stop
    }

    //= the server stops: end every peer, and wait for each to be gone
    for (const peer of peers.values()) await peer.disconnect(discQuitting);
    //: No `quit` case here: every live peer is owed one receive on `delpeer`.
    while (peers.size > 0) this.forget(peers, await this.delpeer.recv());
  }
  // #endregion server-run

  // #region answer
  /** Tells a waiting connection the verdict, unless the server stops first. */
  async answer(conn: Identified, refusal: Error | undefined): Promise<void> {
    await select({ answered: send(conn.cont, refusal), quit: recv(this.quit) });
  }
  // #endregion answer

  // #region run-peer
  /** Runs the peer, from the event that it has come. @geth p2p/server.go Server.runPeer */
  async runPeer(peer: Peer): Promise<void> {
    //= say that it has come
    const { id, name, caps, inbound, remoteAddr } = peer;
    this.feed.send({ type: 'add', peer: id, name, caps, inbound, remote: remoteAddr });
    //= see it to its end
    const end = await peer.run().catch((thrown: unknown) => this.ended(peer, thrown));
    //= report it, so that its place is free
    //: Always taken: the run loop does not end before every peer has come here.
    await this.delpeer.send({ peer, end });
  }

  /** What the run loop does with the report. */
  forget(peers: Map<NodeID, Peer>, { peer, end }: PeerDrop): void {
    peers.delete(peer.id);
    //: In the same turn: no other peer can have been added under its id.
    this.feed.send({ type: 'drop', peer: peer.id, ...end });
  }
  // #endregion run-peer

  /** Ends a peer whose task that ends it has died itself, and says how it ended. */
  async ended(peer: Peer, thrown: unknown): Promise<PeerEnd> {
    const error = endedBy('Peer.run', thrown);
    peer.closed.close();
    await peer.conn.fd.close();
    await peer.wg.wait();
    return { error, reason: discSubprotocolError, remoteRequested: false };
  }

  /** A loop that died answers nobody: whoever waits for it leaves by `quit`. */
  died(task: string, error: unknown): void {
    runtime().taskFailed(task, error);
    this.quit.close();
  }

  // #region listen-loop
  /** @geth p2p/server.go Server.listenLoop */
  async listenLoop(listener: Listener): Promise<void> {
    const places = this.config.maxPendingPeers || defaultMaxPendingPeers;
    const slots = new Chan<undefined>('slots', places);
    for (let i = 0; i < places; i++) slots.trySend(undefined);
    const acceptor = new Acceptor(listener, this.quit, (error, count) => {
      this.feed.send({ type: 'accept-error', error, count });
    });
    for (;;) {
      //: A slot first, then the connection: who finds none waits in line.
      const event = await select({ slot: recv(slots), quit: recv(this.quit) });
      if (event.case === 'quit') return;
      const fd = await acceptor.next();
      if (fd === undefined) return; // the listener is closed: the server stops
      const refusal = this.#throttle.check(fd.remoteAddr);
      if (refusal !== undefined) {
        this.refused(fd, new AcceptRefused(refusal));
        await fd.close();
        slots.trySend(undefined);
        continue;
      }
      this.#wg.go('setupConn', async () => {
        try {
          await this.setupInbound(fd);
        } finally {
          //: Back when the handshakes are over, not when the peer ends.
          slots.trySend(undefined);
        }
      });
    }
  }
  // #endregion listen-loop

  async setupInbound(fd: NetConn): Promise<void> {
    const flags = { inbound: true, staticDialed: false, trusted: false };
    try {
      await this.setupConn(fd, flags, undefined);
    } catch (error) {
      this.refused(fd, endedBy('setupConn', error));
    }
  }

  async setupDialed(fd: NetConn, { dest, kind }: DialNodeTask): Promise<void> {
    const flags = { inbound: false, staticDialed: kind === 'static', trusted: false };
    const begun = await this.#crossDial.beginDialed(dest.id, this.quit);
    try {
      if (!begun) {
        await fd.close();
        throw new DiscError(discAlreadyConnected);
      }
      await this.setupConn(fd, flags, dest);
    } finally {
      if (begun) this.#crossDial.endDialed(dest.id);
    }
  }

  // #region setup-conn
  /**
   * Takes a fresh connection through both handshakes and both checkpoints.
   *
   * @throws {Error} why it is no peer; the connection is closed then
   * @geth p2p/server.go Server.SetupConn
   */
  async setupConn(
    fd: NetConn,
    flags: ConnFlags,
    dialDest: Node | undefined,
  ): Promise<void> {
    const transport = this.config.newTransport(fd); // the 5 s for both handshakes begin
    this.#handshaking.add(fd);
    let claim: Claim | undefined;
    try {
      if (this.quit.closed) throw new ServerStopped();
      //= the encryption handshake: keys, and a name
      const named = await transport.doEncHandshake(this.config.privateKey, dialDest);
      const { id } = named;
      if (dialDest !== undefined && id !== dialDest.id) {
        throw new DiscError(discUnexpectedIdentity);
      }
      if (flags.inbound) {
        claim = this.#crossDial.claim(id);
        if (claim === undefined) throw new DiscError(discAlreadyConnected);
      }
      //= checkpoint 1
      const cont = new Chan<Error | undefined>('cont');
      const conn: Conn = { fd, transport: named, flags, id, cont };
      await this.checkpoint(conn, this.posthandshake);
      //= Hello says what it speaks
      const { their, messages } = await named.doProtoHandshake(this.#hello);
      //: A name in Hello proves nothing: anybody can write any id there.
      if (!equalBytes(their.id, fromHex(id))) {
        throw new DiscError(discUnexpectedIdentity);
      }
      if (claim?.prove() === false) throw new DiscError(discAlreadyConnected);
      //= checkpoint 2
      const { caps, name } = their;
      const hello: HelloConn = { fd, transport: messages, flags, id, cont, caps, name };
      await this.checkpoint(hello, this.addpeer);
    } catch (error) {
      await transport.close(error).catch(() => fd.close());
      throw error;
    } finally {
      this.#handshaking.delete(fd);
      claim?.end();
    }
  }
  // #endregion setup-conn

  // #region checkpoint
  /**
   * Hands `conn` to the run loop and waits for its verdict.
   *
   * @throws {ServerStopped} `quit` closed first, in either wait
   * @geth p2p/server.go Server.checkpoint
   */
  async checkpoint<C extends Identified>(conn: C, stage: Chan<C>): Promise<void> {
    const offered = await select({ taken: send(stage, conn), quit: recv(this.quit) });
    if (offered.case === 'quit') throw new ServerStopped();
    const verdict = await select({ cont: recv(conn.cont), quit: recv(this.quit) });
    if (verdict.case === 'quit') throw new ServerStopped();
    if (verdict.value !== undefined) throw verdict.value;
  }
  // #endregion checkpoint

  /** Somebody who came to us is no peer. */
  refused({ remoteAddr }: NetConn, error: Error): void {
    if (this.quit.closed) return; // the server stops: nobody was refused
    this.feed.send({ type: 'refused', remote: remoteAddr, error });
  }

  dial({ host, port }: Node): Promise<NetConn> {
    return this.config.network.dial(host, port, defaultDialTimeoutMs, this.quit);
  }

  dialFailed(node: Node, error: Error): void {
    endedBy('dial', error);
    if (this.quit.closed) return; // the attempt was ended, it did not fail
    this.feed.send({ type: 'dial-error', node, error });
  }
}

/** What we say in Hello: every protocol, in the order of the configuration. */
function helloOf({ name, self, protocols }: ServerConfig): ProtoHandshake {
  const caps = protocols.map(({ name, version }): Cap => ({ name, version }));
  const id = fromHex(self);
  return { version: baseProtocolVersion, name, caps, listenPort: 0, id };
}

/** Whom to dial: nobody with `noDial`, not even who is added later. */
function dialStateOf(config: ServerConfig): DialState {
  const { self, maxPeers, noDial, staticNodes, bootnodes, netRestrict } = config;
  if (noDial === true) return new DialState({ self });
  return new DialState({
    self,
    staticNodes: staticNodes ?? [],
    bootnodes: bootnodes ?? [],
    maxDynDials: maxDialedConns(maxPeers),
    netRestrict,
  });
}
