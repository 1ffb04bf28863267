/** One ProtocolManager, or two, over connections in memory, and remotes that follow a script. */
import { Chan } from '../../impl/csp/chan.ts';
import { Done } from '../../impl/csp/done.ts';
import { recv, select, send } from '../../impl/csp/select.ts';
import { sleep } from '../../impl/csp/timer.ts';
import { WaitGroup } from '../../impl/csp/wait-group.ts';
import { readFileSync } from 'node:fs';
import type { Block } from '../../impl/core/block.ts';
import { Chain } from '../../impl/core/chain.ts';
import type { Genesis } from '../../impl/core/genesis.ts';
import { hashHeader } from '../../impl/core/header.ts';
import {
  ProtocolManager,
  type ProtocolManagerOptions,
} from '../../impl/eth/handler.ts';
import { encodeStatus, type EthVersion, statusMsg } from '../../impl/eth/protocol.ts';
import type { StatusData } from '../../impl/eth/protocol.ts';
import type { NodeID } from '../../impl/p2p/enode.ts';
import { type Msg, type MsgReadWriter, newMsg } from '../../impl/p2p/message.ts';
import {
  discReasonForError,
  discReasonText,
  type DiscReason,
} from '../../impl/p2p/peer-error.ts';
import type { PeerHandle } from '../../impl/p2p/protocol.ts';
import { type Simulation, simulate } from '../../impl/sim/simulate.ts';
import { extend, testGenesis } from '../helpers/blocks.ts';

/** How a connection ended on one side: the reason that its remote would be told. */
export interface LinkEnd {
  readonly reason: DiscReason;
  readonly text: string;
  /** What `run` threw, if that came first. */
  readonly error: unknown;
}

export class LinkClosed extends Error {
  override readonly name = 'LinkClosed';
}

/** A message stream with some room, as TCP has: two that write at once do not lock. */
export class LinkRW implements MsgReadWriter {
  readonly sent: number[] = [];
  readonly #out: Chan<Msg>;
  readonly #in: Chan<Msg>;
  readonly #closed: Done;

  constructor(out: Chan<Msg>, incoming: Chan<Msg>, closed: Done) {
    this.#out = out;
    this.#in = incoming;
    this.#closed = closed;
  }

  async readMsg(): Promise<Msg> {
    const event = await select({ msg: recv(this.#in), closed: recv(this.#closed) });
    if (event.case === 'closed') throw new LinkClosed();
    return event.value;
  }

  async writeMsg(msg: Msg): Promise<void> {
    const event = await select({
      taken: send(this.#out, msg),
      closed: recv(this.#closed),
    });
    if (event.case === 'closed') throw new LinkClosed();
    this.sent.push(msg.code);
  }
}

/** One side of a connection, in the place of `Peer`: the first cause wins, and ends it. */
export class Side implements PeerHandle {
  readonly id: NodeID;
  readonly name = 'test';
  readonly caps = [];
  readonly inbound = false;
  readonly trusted: boolean;
  readonly rw: LinkRW;
  readonly closed: Done;
  end: LinkEnd | undefined;

  constructor(id: string, rw: LinkRW, closed: Done, trusted: boolean) {
    this.id = id.padEnd(128, '0') as NodeID; // no key is needed: nothing checks it
    this.rw = rw;
    this.closed = closed;
    this.trusted = trusted;
  }

  disconnect(reason: DiscReason): Promise<void> {
    this.close(reason, undefined);
    return Promise.resolve();
  }

  close(reason: DiscReason, error: unknown): void {
    if (!this.closed.closed) this.end = { reason, text: discReasonText(reason), error };
    this.closed.close();
  }

  /** Runs the protocol as `Peer` does, in a task of `wg`. */
  start(manager: ProtocolManager, version: EthVersion, wg: WaitGroup): void {
    const protocol = manager.protocols().find((own) => own.version === version);
    if (protocol === undefined) throw new RangeError(`no eth/${version}`);
    wg.go(`eth/${version}`, async () => {
      try {
        await protocol.run(this, this.rw);
      } catch (error) {
        this.close(discReasonForError(error), error);
      }
    });
  }
}

export interface LinkOptions {
  /** Messages that fit in each way before a write waits. */
  readonly room?: number;
  readonly trusted?: boolean;
  /** Node ids of the two sides, each as the other sees it; hex. */
  readonly ids?: readonly [string, string];
}

export function link(options: LinkOptions = {}): [Side, Side] {
  const { room = 8, trusted = false, ids = ['aa', 'bb'] } = options;
  const forth = new Chan<Msg>('link A→B', room);
  const back = new Chan<Msg>('link B→A', room);
  const closed = new Done('link closed');
  return [
    new Side(ids[0], new LinkRW(forth, back, closed), closed, trusted),
    new Side(ids[1], new LinkRW(back, forth, closed), closed, trusted),
  ];
}

export const networkId = 1n;

export function chainOf(
  blocks: readonly Block[] = [],
  genesis: Genesis = testGenesis(),
): Chain {
  const chain = new Chain(genesis);
  extend(chain, blocks);
  return chain;
}

export function newManager(
  options: Partial<ProtocolManagerOptions> = {},
): ProtocolManager {
  return new ProtocolManager({ chain: chainOf(), networkId, ...options });
}

/** The Status that a remote with this chain sends. */
export function statusOf(
  chain: Chain,
  overrides: Partial<StatusData> = {},
): StatusData {
  return {
    protocolVersion: 63,
    networkId,
    td: chain.currentTd,
    head: hashHeader(chain.currentHeader),
    genesis: chain.genesisHash,
    ...overrides,
  };
}

/** A remote under the test's control, on the far side of a manager's connection. */
export class Remote {
  readonly side: Side;
  /** The manager's side. */
  readonly near: Side;

  constructor(manager: ProtocolManager, wg: WaitGroup, options: RemoteOptions = {}) {
    // The near side's handle is the remote as the manager sees it.
    [this.near, this.side] = link({ ids: ['bb', 'aa'], ...options });
    this.near.start(manager, options.version ?? 63, wg);
  }

  get end(): LinkEnd | undefined {
    return this.near.end;
  }

  read(): Promise<Msg> {
    return this.side.rw.readMsg();
  }

  send(code: number, payload: Uint8Array): Promise<void> {
    return this.side.rw.writeMsg(newMsg(code, payload));
  }

  /** Sends the Status and reads the manager's. */
  async shake(status: StatusData): Promise<Msg> {
    await this.send(statusMsg, encodeStatus(status));
    return this.read();
  }

  /** Reads until the connection is over. */
  async readToEnd(): Promise<LinkEnd> {
    try {
      for (;;) await this.read();
    } catch (error) {
      if (!(error instanceof LinkClosed)) throw error;
    }
    if (this.end === undefined) throw new TypeError('the connection has no end');
    return this.end;
  }
}

export interface RemoteOptions extends LinkOptions {
  readonly version?: EthVersion;
}

/** Runs `main` on the virtual clock and returns its value; nothing may be left or fail. */
export async function simulated<T>(
  main: (wg: WaitGroup) => Promise<T>,
  seed = '1',
): Promise<{ value: T; run: Simulation<T> }> {
  const run = await simulate({ seed }, () => main(new WaitGroup()));
  if (run.outcome.status === 'threw') throw run.outcome.error;
  if (run.outcome.status !== 'done') {
    throw new Error(`${run.outcome.status}: ${JSON.stringify(run.outcome)}`);
  }
  const [failure] = run.failures;
  if (failure !== undefined) {
    throw new Error(`task ${failure.task} failed`, { cause: failure.error });
  }
  return { value: run.outcome.value, run };
}

/** With a manager that has been started; stops it at the end and wants nothing left. */
export async function withManager<T>(
  options: Partial<ProtocolManagerOptions>,
  main: (manager: ProtocolManager, wg: WaitGroup) => Promise<T>,
  seed?: string,
): Promise<T> {
  const { value, run } = await simulated(async (wg) => {
    const manager = newManager(options);
    manager.start();
    const result = await main(manager, wg);
    await manager.stop();
    await wg.wait();
    return result;
  }, seed);
  if (run.left.length > 0) throw new Error(`left: ${JSON.stringify(run.left)}`);
  return value;
}

/** A message that says what is done to it. Unpacking takes a while. */
export function unpackable(code: number, payload: Uint8Array, seen: string[]): Msg {
  return {
    code,
    size: payload.length,
    get payload(): Uint8Array {
      seen.push('looked');
      return payload;
    },
    async unpack(): Promise<void> {
      seen.push('unpacking');
      await sleep(10);
      seen.push('unpacked');
    },
  };
}

export interface Vectors {
  readonly generated: { readonly messages: readonly NamedMessage[] };
  readonly getBlockHeadersEncoding: readonly Readonly<Record<string, unknown>>[];
  readonly recvTransactions: { messagePayloadRlp: string; transactionHash: string };
  readonly statusErrors: readonly StatusErrorVector[];
  readonly testGenesis: { readonly hash: string };
}

export interface NamedMessage {
  readonly code: number;
  readonly name: string;
  readonly payloadRlp: string;
}

export interface StatusErrorVector {
  readonly expectedError: string;
  readonly msgCode: number;
  readonly payloadRlp: string;
  readonly version: EthVersion;
}

/** geth's test vectors for eth, or undefined: the file is not a part of the project. */
export function ethVectors(): Vectors | undefined {
  const path = process.env['PEERWALK_VECTORS'];
  if (path === undefined || path === '') return undefined;
  const file = JSON.parse(readFileSync(path, 'utf8')) as { ethProtocolTests: Vectors };
  return file.ethProtocolTests; // our own file; a wrong shape fails the tests
}

/** The genesis of geth's eth tests: td 0, although its header has a difficulty. */
export function gethTestGenesis(
  config: Readonly<Record<string, unknown>> = {},
): Genesis {
  return testGenesis({
    config: { chainId: 1, ...config },
    gasLimit: '0x0',
    difficulty: undefined,
    alloc: { '71562b71999873db5b286df957af199ec94617f7': { balance: '1000000' } },
  });
}
