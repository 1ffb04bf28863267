/** A node on somebody else's library: it serves a chain and remembers what it hears. */

import { publicKey } from '#crypto';
import { toHex } from '../../impl/bytes.ts';
import { type Block, bodyValue } from '../../impl/core/block.ts';
import { type Hash, hashBytes, hashOf } from '../../impl/core/hash.ts';
import { hashHeader, headerValue } from '../../impl/core/header.ts';
import { Chan } from '../../impl/csp/chan.ts';
import * as eth from '../../impl/eth/protocol.ts';
import { type Node, nodeIDOf } from '../../impl/p2p/enode.ts';
import type { RlpValue } from '../../impl/rlp/encode.ts';
import {
  bigintBytes,
  type Library,
  type LibraryMessage,
  type LibraryNode,
  type LibraryPeer,
  type LibraryStatus,
  type Nested,
  type Removal,
} from './library.ts';

export interface TheirOptions {
  readonly key: Uint8Array;
  readonly versions: readonly eth.EthVersion[];
  /** Genesis first. Served when asked. */
  readonly blocks: readonly Block[];
  /** What its Status tells of. Default: all of them. */
  readonly tells?: readonly Block[];
  readonly networkId?: number;
  readonly genesisHash?: Hash;
  readonly maxPeers?: number;
  /** Nodes of the state, and the receipts of blocks, by hash. Served when asked. */
  readonly state?: ReadonlyMap<Hash, Uint8Array>;
  readonly receipts?: ReadonlyMap<Hash, RlpValue>;
  /** It says Status, and then goodbye with this reason. */
  readonly leavesWith?: number;
  /** It compares our Status with its own. Default true, as it comes. */
  readonly comparesStatus?: boolean;
}

export class TheirNode {
  readonly added = new Chan<LibraryPeer>('their peers', 16);
  readonly removed = new Chan<Removal>('their removals', 16);
  readonly statuses = new Chan<LibraryStatus>('their statuses', 16);
  /** What it is sent, requests and Status apart. */
  readonly heard = new Chan<LibraryMessage>('what they hear', 64);
  readonly #id: Node['id'];
  #port = 0;
  readonly #library: LibraryNode;
  readonly #options: TheirOptions;
  #isClosed = false;

  constructor(library: Library, options: TheirOptions) {
    const { key, versions } = options;
    this.#options = options;
    this.#id = nodeIDOf(toHex(publicKey(key)));
    this.#library = library.open({
      key,
      versions,
      networkId: options.networkId ?? 1337,
      maxPeers: options.maxPeers ?? 10,
      onPeer: (peer) => {
        this.#serve(peer);
      },
      onRemoved: (removal) => this.removed.trySend(removal),
    });
  }

  async listening(): Promise<void> {
    this.#port = await this.#library.listening;
  }

  /** Where it listens. */
  get node(): Node {
    return { id: this.#id, host: '127.0.0.1', port: this.#port };
  }

  dial(node: Node): Promise<void> {
    return this.#library.dial(node);
  }

  /** Once more does nothing. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#library.close();
  }

  #serve(peer: LibraryPeer): void {
    const { blocks, genesisHash, comparesStatus = true } = this.#options;
    const { tells = blocks } = this.#options;
    const [genesis, last] = [blocks[0], tells.at(-1)];
    if (genesis === undefined || last === undefined) throw new TypeError('no blocks');
    peer.serve({
      comparesStatus,
      onStatus: (status) => this.statuses.trySend(status),
      onMessage: (message) => {
        this.#answer(peer, message);
      },
    });
    peer.sendStatus({
      td: bigintBytes(chainTd(tells)),
      bestHash: hashBytes(hashHeader(last.header)),
      genesisHash: hashBytes(genesisHash ?? hashHeader(genesis.header)),
    });
    this.added.trySend(peer);
    const { leavesWith } = this.#options;
    if (leavesWith !== undefined) peer.disconnect(leavesWith);
  }

  #answer(peer: LibraryPeer, message: LibraryMessage): void {
    const { state, receipts } = this.#options;
    const { code, payload } = message;
    if (code === eth.getBlockHeadersMsg) {
      peer.send(eth.blockHeadersMsg, this.#headers(payload));
    } else if (code === eth.getBlockBodiesMsg) {
      peer.send(eth.blockBodiesMsg, found(payload, this.#body));
    } else if (code === eth.getNodeDataMsg) {
      peer.send(
        eth.nodeDataMsg,
        found(payload, (hash) => state?.get(hash)),
      );
    } else if (code === eth.getReceiptsMsg) {
      peer.send(
        eth.receiptsMsg,
        found(payload, (hash) => receipts?.get(hash)),
      );
    } else if (code !== eth.statusMsg) {
      this.heard.trySend(message);
    }
  }

  #headers(query: Nested): RlpValue[] {
    const [origin, amount, skip, reverse] = query as Uint8Array[];
    const { blocks } = this.#options;
    const first =
      origin?.length === 32
        ? blocks.findIndex(({ header }) => hashHeader(header) === hashOf(origin))
        : Number(bigintOf(origin));
    const step = (Number(bigintOf(skip)) + 1) * (bigintOf(reverse) === 1n ? -1 : 1);
    const headers: RlpValue[] = [];
    for (let i = first; headers.length < Number(bigintOf(amount)); i += step) {
      const block = i < 0 ? undefined : blocks[i];
      if (block === undefined) break;
      headers.push(headerValue(block.header));
    }
    return headers;
  }

  readonly #body = (hash: Hash): RlpValue | undefined => {
    const block = this.#options.blocks.find(
      ({ header }) => hashHeader(header) === hash,
    );
    return block && bodyValue(block.body);
  };
}

/** What is known of the hashes that a request names, in its order. */
function found(
  hashes: Nested,
  lookUp: (hash: Hash) => RlpValue | undefined,
): RlpValue[] {
  return (hashes as Uint8Array[]).flatMap((hash) => {
    const value = lookUp(hashOf(hash));
    return value === undefined ? [] : [value];
  });
}

export function bigintOf(bytes: Uint8Array | undefined): bigint {
  return bytes === undefined || bytes.length === 0 ? 0n : BigInt(`0x${toHex(bytes)}`);
}

/** The total difficulty of a chain that begins with its genesis. */
export function chainTd(blocks: readonly Block[]): bigint {
  return blocks.reduce((sum, { header }) => sum + header.difficulty, 0n);
}
