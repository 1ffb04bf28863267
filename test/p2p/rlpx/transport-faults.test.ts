/** A fault of ours in a write that nobody waits for as such: it is logged, and lost nowhere. */
import { beforeAll, describe, expect, it } from 'vitest';
import { initCrypto } from '#crypto';
import { sendItems } from '../../../impl/p2p/message.ts';
import { DiscError } from '../../../impl/p2p/peer-error.ts';
import { encodeHello } from '../../../impl/p2p/rlpx/hello.ts';
import { simulate } from '../../../impl/sim/simulate.ts';
import {
  connected,
  failureOf,
  helloOf,
  keyA,
  keyB,
  together,
  withRawPeer,
} from './helpers.ts';

beforeAll(initCrypto);

const fault = new TypeError('a fault of ours');
const breaks = (): never => {
  throw fault;
};

describe('a fault in a write', () => {
  it('of Hello is logged, and refuses that connection alone', async () => {
    const { outcome, failures, left } = await simulate({}, async () => {
      const { ours, raw } = await withRawPeer();
      // The version is asked for when the Hello is on its way.
      const broken = Object.defineProperty(helloOf(keyB), 'version', { get: breaks });
      const [error] = await together(
        () => failureOf(() => ours.doProtoHandshake(broken)),
        () => raw.send(0, encodeHello(helloOf(keyA))),
      );
      await ours.close(error);
      await raw.fd.close();
      return error;
    });
    expect(outcome).toMatchObject({
      value: { name: 'HandshakeError', code: 'write-failed', cause: fault },
    });
    expect(failures).toEqual([{ task: 'helloWriter', error: fault }]);
    expect(left).toEqual([]);
  });

  it('of the farewell is logged, and the connection closes', async () => {
    const { outcome, failures, left } = await simulate({}, async () => {
      const { a, b, fds } = await connected();
      fds[0].write = breaks;
      await together(
        () => a.close(new DiscError(8)),
        () => failureOf(() => b.readMsg()),
      );
      await b.close(undefined);
      return failureOf(() => sendItems(a, 16));
    });
    expect(outcome).toMatchObject({ status: 'done', value: { name: 'ConnClosed' } });
    expect(failures).toEqual([{ task: 'farewell', error: fault }]);
    expect(left).toEqual([]);
  });
});
