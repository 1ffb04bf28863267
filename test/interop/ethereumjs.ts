/** A node of @ethereumjs/devp2p that serves geth's chain and remembers what it hears. */

import { createCustomCommon, Hardfork, Mainnet } from '@ethereumjs/common';
import { ETH, RLPx, type Peer as TheirPeer } from '@ethereumjs/devp2p';
import { publicKey } from '#crypto';
import { toHex } from '../../impl/bytes.ts';
import type { Block } from '../../impl/core/block.ts';
import { bodyValue } from '../../impl/core/block.ts';
import { hashBytes, hashOf, type Hash } from '../../impl/core/hash.ts';
import { hashHeader, headerValue } from '../../impl/core/header.ts';
import { nodeIDOf, type Node } from '../../impl/p2p/enode.ts';
import type { RlpValue } from '../../impl/rlp/encode.ts';
import { Chan } from '../../impl/csp/chan.ts';

type Nested = Uint8Array | Nested[];

export interface TheirMessage {
  readonly code: number;
  readonly payload: Nested;
}

export interface TheirStatus {
  readonly networkId: Uint8Array;
  readonly td: Uint8Array;
  readonly bestHash: Uint8Array;
  readonly genesisHash: Uint8Array;
}

export interface TheirOptions {
  readonly key: Uint8Array;
  readonly versions: readonly (62 | 63)[];
  /** Genesis first. Served when asked. */
  readonly blocks: readonly Block[];
  readonly td: bigint;
  readonly genesisHash?: Hash;
  /** It compares our Status with its own. Default true, as it comes. */
  readonly comparesStatus?: boolean;
}

export class TheirNode {
  readonly added = new Chan<TheirPeer>('their peer:added', 16);
  readonly removed = new Chan<{ reason: number; weDid: boolean }>(
    'their peer:removed',
    16,
  );
  readonly statuses = new Chan<TheirStatus>('their status', 16);
  readonly answers = new Chan<TheirMessage>('their answers', 64);
  readonly node: Node;
  readonly #rlpx: RLPx;
  readonly #options: TheirOptions;
  readonly #listening: Promise<void>;

  constructor(options: TheirOptions, port: number) {
    this.#options = options;
    const capabilities = options.versions.map((version) =>
      version === 62 ? ETH.eth62 : ETH.eth63,
    );
    const common = createCustomCommon({ chainId: 1337 }, Mainnet, {
      hardfork: Hardfork.Byzantium,
    });
    this.#rlpx = new RLPx(options.key, { capabilities, common, listenPort: port });
    this.node = {
      id: nodeIDOf(toHex(publicKey(options.key))),
      host: '127.0.0.1',
      port,
    };
    this.#listening = new Promise((resolve) => {
      this.#rlpx.events.on('listening', resolve);
    });
    this.#rlpx.events.on('error', () => undefined);
    this.#rlpx.events.on('peer:error', () => undefined);
    this.#rlpx.events.on('peer:added', (peer) => {
      this.#serve(peer);
    });
    this.#rlpx.events.on('peer:removed', (_peer, reason: unknown, weDid: unknown) => {
      this.removed.trySend({ reason: Number(reason), weDid: weDid === true });
    });
    this.#rlpx.listen(port, '127.0.0.1');
  }

  listening(): Promise<void> {
    return this.#listening;
  }

  dial(node: Node): Promise<void> {
    return this.#rlpx.connect({
      id: Buffer.from(node.id, 'hex'),
      address: node.host,
      tcpPort: node.port,
    });
  }

  close(): void {
    this.#rlpx.destroy();
  }

  #serve(peer: TheirPeer): void {
    const [protocol] = peer.getProtocols();
    if (!(protocol instanceof ETH))
      throw new TypeError('no eth protocol was agreed on');
    const last = this.#options.blocks.at(-1);
    const [genesis] = this.#options.blocks;
    if (last === undefined || genesis === undefined) throw new TypeError('no blocks');
    if (this.#options.comparesStatus === false) {
      Object.assign(protocol, { _handleStatus: () => undefined });
    }
    protocol.events.on('status', (status: TheirStatus) => {
      this.statuses.trySend(status);
    });
    protocol.events.on('message', (code: number, payload: Nested) => {
      this.#answer(protocol, code, payload);
    });
    protocol.sendStatus({
      td: bigintBytes(this.#options.td),
      bestHash: hashBytes(hashHeader(last.header)),
      genesisHash: hashBytes(this.#options.genesisHash ?? hashHeader(genesis.header)),
    });
    this.added.trySend(peer);
  }

  #answer(protocol: ETH, code: number, payload: Nested): void {
    if (code === 0x03) protocol.sendMessage(0x04, input(this.#headers(payload)));
    else if (code === 0x05) protocol.sendMessage(0x06, input(this.#bodies(payload)));
    else if (code !== 0x00) this.answers.trySend({ code, payload });
  }

  #headers(query: Nested): RlpValue[] {
    const [origin, amount, skip, reverse] = query as Uint8Array[];
    const { blocks } = this.#options;
    const first =
      origin?.length === 32
        ? blocks.findIndex(({ header }) => hashHeader(header) === hashOf(origin))
        : Number(bigintOf(origin));
    const step = (Number(bigintOf(skip)) + 1) * (bigintOf(reverse) === 1n ? -1 : 1);
    const found: RlpValue[] = [];
    for (let i = first; found.length < Number(bigintOf(amount)); i += step) {
      const block = i < 0 ? undefined : blocks[i];
      if (block === undefined) break;
      found.push(headerValue(block.header));
    }
    return found;
  }

  #bodies(hashes: Nested): RlpValue[] {
    return (hashes as Uint8Array[]).flatMap((hash) => {
      const block = this.#options.blocks.find(
        ({ header }) => hashHeader(header) === hashOf(hash),
      );
      return block === undefined ? [] : [bodyValue(block.body)];
    });
  }
}

function bigintBytes(value: bigint): Uint8Array {
  const hex = value.toString(16);
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
}

export function bigintOf(bytes: Uint8Array | undefined): bigint {
  return bytes === undefined || bytes.length === 0 ? 0n : BigInt(`0x${toHex(bytes)}`);
}

/** Their encoder takes bytes, numbers and bigints in arrays. */
function input(value: RlpValue): never {
  return value as never; // the shapes agree; the types are another package's
}

/** The total difficulty of a chain that begins with its genesis. */
export function chainTd(blocks: readonly Block[]): bigint {
  return blocks.reduce((sum, { header }) => sum + header.difficulty, 0n);
}
