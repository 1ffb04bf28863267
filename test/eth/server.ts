/** A remote that answers from a chain of its own, truly or with a lie. */
import type { WaitGroup } from '../../impl/csp/wait-group.ts';
import { atOnce } from '../../impl/csp/slices.ts';
import { hashesCodec, readMsg } from '../../impl/eth/codecs.ts';
import { encodeBody } from '../../impl/core/block.ts';
import type { Chain } from '../../impl/core/chain.ts';
import { encodeHeader, type Header } from '../../impl/core/header.ts';
import {
  blockBodiesMsg,
  blockHeadersMsg,
  decodeGetBlockHeaders,
  type GetBlockHeadersData,
  getBlockBodiesMsg,
  getBlockHeadersMsg,
  type StatusData,
} from '../../impl/eth/protocol.ts';
import { serveHeaders } from '../../impl/eth/serve-headers.ts';
import { encodeList } from '../../impl/rlp/encode.ts';
import { LinkClosed, type Remote, statusOf } from './harness.ts';

export interface Lies {
  readonly status?: Partial<StatusData>;
  /** Replaces an answer; undefined: none is sent. */
  readonly headers?: (
    headers: readonly Header[],
    query: GetBlockHeadersData,
  ) => readonly Header[] | undefined;
  readonly bodies?: (
    bodies: readonly Uint8Array[],
  ) => readonly Uint8Array[] | undefined;
}

/** Shakes hands, then answers until the connection is over. */
export function startServing(
  remote: Remote,
  chain: Chain,
  wg: WaitGroup,
  lies: Lies = {},
): void {
  wg.go('remote', async () => {
    try {
      await remote.shake(statusOf(chain, lies.status));
      for (;;) await answerOne(remote, chain, lies);
    } catch (error) {
      if (!(error instanceof LinkClosed)) throw error;
    }
  });
}

/** Reads one message and answers it, if it is a request. */
export async function answerOne(
  remote: Remote,
  chain: Chain,
  lies: Lies = {},
  beforeAnswer: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const msg = await remote.read();
  if (msg.code === getBlockHeadersMsg) {
    const query = decodeGetBlockHeaders(msg);
    const honest = serveHeaders(chain, query);
    const answer = lies.headers === undefined ? honest : lies.headers(honest, query);
    if (answer === undefined) return;
    await beforeAnswer();
    await remote.send(blockHeadersMsg, encodeList(answer.map(encodeHeader)));
  } else if (msg.code === getBlockBodiesMsg) {
    const honest = [...atOnce(readMsg(msg, hashesCodec))].flatMap((hash) => {
      const body = chain.getBody(hash);
      return body === undefined ? [] : [encodeBody(body)];
    });
    const answer = lies.bodies === undefined ? honest : lies.bodies(honest);
    if (answer === undefined) return;
    await beforeAnswer();
    await remote.send(blockBodiesMsg, encodeList(answer));
  }
}
