/** What the probe says and asks over eth, and what it makes of the answers. */

import { type Block, readBody } from '../../impl/core/block.ts';
import type { Genesis } from '../../impl/core/genesis.ts';
import { hashHeader, type Header } from '../../impl/core/header.ts';
import { genesisHash } from '../../impl/core/genesis.ts';
import { checkBody, checkContiguous } from '../../impl/core/validate.ts';
import { Chan } from '../../impl/csp/chan.ts';
import { recv, type Receivable, select } from '../../impl/csp/select.ts';
import { Timer } from '../../impl/csp/timer.ts';
import type { WaitGroup } from '../../impl/csp/wait-group.ts';
import {
  blockBodiesCodec,
  blockHeadersCodec,
  getBlockHeadersCodec,
  hashesCodec,
} from '../../impl/eth/codecs.ts';
import { answer, message, type MessageEntry } from '../../impl/eth/messages.ts';
import type { EthPeer } from '../../impl/eth/peer.ts';
import * as eth from '../../impl/eth/protocol.ts';
import { asError } from '../../impl/p2p/as-error.ts';

/** What is wrong with the peer, or with the way to it, in one line. */
export class ProbeFailure extends Error {
  override readonly name = 'ProbeFailure';
}

/** Called with a word and what it is about, as soon as it is known. */
export type Tell = (what: string, text: string) => void;

export interface SessionOptions {
  /** Say in Status that this is our chain, without a block. Default: say what they say. */
  readonly genesis?: Genesis | undefined;
  /** How long to stay when all is asked. */
  readonly staySeconds: number;
  readonly tell: Tell;
}

/** Headers and bodies that are looked at. */
const howMany = 8;

/** An answer takes longer than this only if none comes. */
const answerTimeoutMs = 10_000;

/** An eth peer, its messages counted by name. */
export class Session {
  readonly #peer: EthPeer;
  readonly #options: SessionOptions;
  /** Reading has ended: with what. */
  readonly #broken = new Chan<Error>('broken', 1);
  readonly #heard = new Map<string, number>(); // BOUNDED by the codes of a version

  constructor(peer: EthPeer, options: SessionOptions) {
    this.#peer = peer;
    this.#options = options;
  }

  /** @throws {ProbeFailure} what the peer does not do */
  async run(tasks: WaitGroup): Promise<void> {
    const { tell, staySeconds } = this.#options;
    const status = await this.#exchangeStatus();
    tasks.go('probeReader', () => this.#read());
    const blocks = await this.#headers(status);
    await this.#bodies(blocks);
    await this.#stay(staySeconds * 1000);
    const heard = Array.from(this.#heard, ([name, count]) => `${count} ${name}`);
    tell('heard', heard.join(', '));
  }

  async #exchangeStatus(): Promise<eth.StatusData> {
    const { genesis, tell } = this.#options;
    const { rw, version } = this.#peer;
    const msg = await rw.readMsg();
    if (msg.code !== eth.statusMsg) {
      throw new ProbeFailure(
        `its first message is ${eth.messageName(msg.code)}, not Status`,
      );
    }
    const theirs = eth.wireOf(version).status.decode(msg);
    const { networkId, td, head } = theirs;
    tell(
      'status',
      `eth/${theirs.protocolVersion}, network ${networkId}, td ${td}, head 0x${head}, genesis 0x${theirs.genesis}`,
    );
    if (genesis === undefined) {
      await this.#peer.sendStatus({ ...theirs, protocolVersion: version });
      return theirs;
    }
    const own = genesisHash(genesis);
    if (own !== theirs.genesis) {
      throw new ProbeFailure(
        `another genesis: theirs is 0x${theirs.genesis}, that of the file is 0x${own}`,
      );
    }
    const ours = { networkId, td: genesis.td, head: own, genesis: own };
    await this.#peer.sendStatus({ ...ours, protocolVersion: version });
    return theirs;
  }

  /** Their head and those before it, newest first. */
  async #headers({ head }: eth.StatusData): Promise<readonly Header[]> {
    const { tell } = this.#options;
    const [first] = await this.#ask(head, 1);
    if (first === undefined) {
      throw new ProbeFailure(
        `it does not know 0x${head}, which its Status calls its head`,
      );
    }
    if (hashHeader(first) !== head) {
      throw new ProbeFailure(
        `the header of its head has another hash: 0x${hashHeader(first)}`,
      );
    }
    tell('head', `block ${first.number}, 0x${head}`);
    const headers = await this.#ask(head, howMany);
    const wrong = checkContiguous(headers.map(asBlock).toReversed());
    if (wrong !== undefined) throw new ProbeFailure(`its headers: ${wrong.message}`);
    if (headers[0] === undefined || hashHeader(headers[0]) !== head) {
      throw new ProbeFailure('its headers do not begin at the one that was asked for');
    }
    const last = headers.at(-1)?.number ?? first.number;
    const wanted = Number(first.number) < howMany ? Number(first.number) + 1 : howMany;
    if (headers.length < wanted) {
      throw new ProbeFailure(`of ${wanted} headers it has sent ${headers.length}`);
    }
    tell(
      'headers',
      `blocks ${first.number} to ${last}: each is the parent of the one before`,
    );
    return headers;
  }

  async #ask(hash: eth.StatusData['head'], amount: number): Promise<readonly Header[]> {
    const origin = { kind: 'hash', hash } as const;
    const request = this.#peer.requestHeaders(origin, amount, { reverse: true });
    return this.#wait('headers', request.answer);
  }

  async #bodies(headers: readonly Header[]): Promise<void> {
    const hashes = headers.map(hashHeader);
    const { answer } = this.#peer.requestBodies(hashes);
    const bodies = (await this.#wait('bodies', answer)).map(readBody);
    if (bodies.length < headers.length) {
      throw new ProbeFailure(
        `of ${headers.length} bodies it has sent ${bodies.length}`,
      );
    }
    let transactions = 0;
    for (const [index, header] of headers.entries()) {
      const body = bodies[index];
      if (body === undefined) continue;
      const wrong = checkBody({ header, body });
      if (wrong !== undefined) throw new ProbeFailure(`its bodies: ${wrong.message}`);
      transactions += body.transactions.length;
    }
    const { tell } = this.#options;
    tell(
      'bodies',
      `${bodies.length}, ${transactions} transactions: each fits its header`,
    );
  }

  /** @throws {ProbeFailure} no answer came · what ended the reading */
  async #wait<T>(what: string, source: Receivable<T>): Promise<T> {
    const timeout = new Timer(`no ${what}`, answerTimeoutMs);
    const event = await select({
      value: recv(source),
      broken: recv(this.#broken),
      timeout: recv(timeout),
    });
    timeout.stop();
    if (event.case === 'value') return event.value;
    if (event.case === 'broken') throw event.value;
    throw new ProbeFailure(
      `it has not sent ${what} within ${answerTimeoutMs / 1000} s`,
    );
  }

  async #stay(ms: number): Promise<void> {
    const over = new Timer('stay', ms);
    const event = await select({ over: recv(over), broken: recv(this.#broken) });
    over.stop();
    if (event.case === 'broken') throw event.value;
  }

  async #read(): Promise<void> {
    const { rw } = this.#peer;
    try {
      for (;;) {
        const msg = await rw.readMsg();
        const name = eth.messageName(msg.code);
        this.#heard.set(name, (this.#heard.get(name) ?? 0) + 1);
        eth.checkSize(msg);
        const unpacked = msg.unpack?.();
        if (unpacked !== undefined) await unpacked;
        // News are counted, and not looked into.
        await messages.get(msg.code)?.handle(undefined, this.#peer, msg);
      }
    } catch (error) {
      this.#broken.trySend(asError(error));
    }
  }
}

/** Nothing is served here: an empty list is an honest answer to every request but one. */
const messages: ReadonlyMap<number, MessageEntry<undefined>> = new Map([
  [eth.blockHeadersMsg, answer('headers', blockHeadersCodec)],
  [eth.blockBodiesMsg, answer('bodies', blockBodiesCodec)],
  [eth.getBlockHeadersMsg, message(getBlockHeadersCodec, handleGetBlockHeaders)],
  [eth.getBlockBodiesMsg, answersNothing(eth.blockBodiesMsg)],
  [eth.getNodeDataMsg, answersNothing(eth.nodeDataMsg)],
  [eth.getReceiptsMsg, answersNothing(eth.receiptsMsg)],
]);

/**
 * A client that was there when the DAO forked asks each peer for the header of that block,
 * and leaves one that says it is as far and has none. What we said of ourselves is theirs,
 * so the header is theirs too: a single one is asked back, and passed on.
 */
async function handleGetBlockHeaders(
  _host: undefined,
  peer: EthPeer,
  query: eth.GetBlockHeadersData,
): Promise<void> {
  if (query.amount !== 1n || query.origin.kind === 'hash') {
    await peer.sendBlockHeaders([]);
    return;
  }
  const back = (headers: readonly Header[]): void => {
    peer.wg.go('probeBack', () =>
      peer.sendBlockHeaders(headers).catch(() => undefined),
    );
  };
  peer.requestHeaders(query.origin, 1, { judge: back });
}

function answersNothing(code: number): MessageEntry<undefined> {
  return message(hashesCodec, (_host, peer) => peer.sendEncoded(code, []));
}

/** The rules of a chain look at the header alone. */
function asBlock(header: Header): Block {
  return { header, body: emptyBody };
}

const emptyBody = readBody(Uint8Array.of(0xc2, 0xc0, 0xc0));
