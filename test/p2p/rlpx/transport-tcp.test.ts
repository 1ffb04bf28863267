import { expect, describe, it } from 'vitest';
import { dialTCP, listenTCP } from '../../../impl/net/tcp.ts';
import { newMsg } from '../../../impl/p2p/message.ts';
import { DiscError, discQuitting } from '../../../impl/p2p/peer-error.ts';
import { decodeDisconnect } from '../../../impl/p2p/rlpx/disconnect.ts';
import { newRLPX } from '../../../impl/p2p/rlpx/transport.ts';
import { helloOf, keyA, keyB, nodeOf } from './helpers.ts';

describe('RLPX over TCP', () => {
  it('exchanges Hello and a large message; then the reason arrives', async () => {
    const listener = await listenTCP('127.0.0.1', 0);
    const payload = Uint8Array.from({ length: 3_000_000 }, (_, i) => (i * i) >> 3);

    const dialing = async (): Promise<string> => {
      const fresh = newRLPX(await dialTCP('127.0.0.1', listener.port));
      const named = await fresh.doEncHandshake(keyA, nodeOf(keyB));
      const { their, transport: a } = await named.doProtoHandshake(helloOf(keyA));
      expect(their).toEqual(helloOf(keyB));
      await a.writeMsg(newMsg(16, payload));
      await a.close(new DiscError(discQuitting));
      return named.id;
    };
    const answering = async (): Promise<string> => {
      const fresh = newRLPX(await listener.accept());
      const named = await fresh.doEncHandshake(keyB, undefined);
      const { their, transport: b } = await named.doProtoHandshake(helloOf(keyB));
      expect(their).toEqual(helloOf(keyA));
      const msg = await b.readMsg();
      expect(msg).toMatchObject({ code: 16, size: payload.length });
      expect(Buffer.compare(msg.payload, payload)).toBe(0);
      const last = await b.readMsg();
      expect(last.code).toBe(1);
      expect(decodeDisconnect(last.payload)).toBe(discQuitting);
      await b.close(undefined);
      return named.id;
    };

    const [idOfB, idOfA] = await Promise.all([dialing(), answering()]);
    await listener.close();
    expect(idOfB).toBe(nodeOf(keyB).id);
    expect(idOfA).toBe(nodeOf(keyA).id);
  });
});
