import { describe, expect, it } from 'vitest';
import { sleep } from '../../impl/csp/timer.ts';
import { ConnClosed, EndOfStream } from '../../impl/net/net-conn.ts';
import { discMsg } from '../../impl/p2p/base-protocol.ts';
import { newMsg, type Msg } from '../../impl/p2p/message.ts';
import {
  DiscError,
  ProtocolReturned,
  type DiscReason,
} from '../../impl/p2p/peer-error.ts';
import type { Protocol } from '../../impl/p2p/protocol.ts';
import { encodeDisconnect } from '../../impl/p2p/rlpx/disconnect.ts';
import type { Simulation } from '../../impl/sim/simulate.ts';
import { everySeed, explore, finished } from '../helpers/explore.ts';
import { makeProtocol, TestPeer } from '../helpers/peers.ts';

/** Why a peer may end. */
const causes = [
  'the remote closes',
  'the remote disconnects',
  'we disconnect',
  'a protocol returns',
  'a protocol throws',
  'a write fails',
  'a ping fails',
] as const;
type CauseName = (typeof causes)[number];

class Foreseen extends Error {}
const thrown = new Foreseen('thrown by the protocol');
const pingFailed = new ConnClosed('ping');
const writeFailed = new ConnClosed('write');

const localReason: DiscReason = 4;
const remoteReason: DiscReason = 3;
/** When everything happens at once: with the first Ping. */
const moment = 15_000;
const none = Uint8Array.of(0xc0);

const ends = (error?: Error): Protocol['run'] => {
  return async () => {
    await sleep(moment);
    if (error !== undefined) throw error;
  };
};

/** A peer on which every cause of an end falls in the same moment. */
async function race(only: ReadonlySet<CauseName> = new Set(causes)): Promise<TestPeer> {
  const quiet: Protocol['run'] = async (_peer, rw) => {
    for (;;) await rw.readMsg();
  };
  const has = (cause: CauseName): boolean => only.has(cause);
  const test = new TestPeer([
    makeProtocol(has('a protocol returns') ? ends() : quiet, { name: 'returns' }),
    makeProtocol(has('a protocol throws') ? ends(thrown) : quiet, { name: 'throws' }),
    makeProtocol(
      async (peer, rw) => {
        await sleep(moment);
        // Two at once: one may wait for the token when the peer ends.
        if (has('a write fails')) {
          await rw.writeMsg(newMsg(0, none)).catch(() => undefined);
        }
        await quiet(peer, rw);
      },
      { name: 'writes' },
    ),
  ]);
  // Each kind of write fails with an error of its own, so that the end names its cause.
  const plainWrite = test.line.writeMsg.bind(test.line);
  test.line.writeMsg = async (msg: Msg): Promise<void> => {
    if (msg.code === 2 && has('a ping fails')) throw pingFailed;
    if (msg.code >= 16 && has('a write fails')) throw writeFailed;
    await plainWrite(msg);
  };
  // The remote's acts are there at once: no task of its own has to run for them.
  test.go('a remote that closes', async () => {
    await sleep(moment);
    if (has('the remote closes')) test.remote.closing.close();
  });
  test.go('a remote that disconnects', async () => {
    await sleep(moment);
    if (!has('the remote disconnects')) return;
    test.line.incoming.trySend(newMsg(discMsg, encodeDisconnect(remoteReason)));
  });
  test.start();
  test.go('one who disconnects', async () => {
    await sleep(moment);
    if (has('we disconnect')) await test.peer.disconnect(localReason);
  });
  await test.over();
  // Whoever comes too late is not kept waiting.
  await test.peer.disconnect(localReason);
  return test;
}

/** Which cause a peer ended of. */
function causeOf(test: TestPeer): CauseName {
  const { end } = test;
  if (end === undefined) throw new Error('it did not end');
  const { error, remoteRequested } = end;
  if (error instanceof DiscError) {
    return remoteRequested ? 'the remote disconnects' : 'we disconnect';
  }
  if (error instanceof ProtocolReturned) return 'a protocol returns';
  if (error === thrown) return 'a protocol throws';
  if (error === pingFailed) return 'a ping fails';
  if (error === writeFailed) return 'a write fails';
  // Both a read and a write notice that the remote has gone.
  if (error instanceof EndOfStream || error.name === 'ConnClosed')
    return 'the remote closes';
  throw new Error(`an end without a cause: ${error.message}`, { cause: error });
}

const reasons: Readonly<Record<CauseName, readonly DiscReason[]>> = {
  'the remote closes': [1, 16],
  'the remote disconnects': [remoteReason],
  'we disconnect': [localReason],
  'a protocol returns': [8],
  'a protocol throws': [16],
  'a write fails': [1],
  'a ping fails': [16],
};

/** What holds however it ends. */
function judge(run: Simulation<TestPeer>): CauseName {
  const test = finished(run);
  const cause = causeOf(test);
  const { reason } = test.end ?? { reason: -1 };
  expect(reasons[cause]).toContain(reason);
  expect(test.endedAt).toBe(moment);
  // One farewell at most, the last word, and it is the reason of the end.
  expect(test.line.closedWith).toEqual([new DiscError(reason)]);
  const farewells = test.told.filter(([code]) => code === 1);
  expect(farewells.length).toBeLessThanOrEqual(1);
  if (farewells.length === 1) {
    expect(test.told.at(-1)).toEqual([1, `c1${reason.toString(16).padStart(2, '0')}`]);
  }
  expect(test.peer.wg.names).toEqual([]);
  expect(test.peer.closed.closed).toBe(true);
  return cause;
}

// geth: TestPeerDisconnectRace
describe('Peer.run, when every cause to end comes at once', () => {
  it('ends once, of one of them, and leaves no task: 1,000 seeds', async () => {
    const seen = new Map<CauseName, number>(causes.map((cause) => [cause, 0]));
    await everySeed(
      1_000,
      () => race(),
      (run) => {
        const cause = judge(run);
        seen.set(cause, (seen.get(cause) ?? 0) + 1);
      },
    );
    for (const [cause, times] of seen) expect(times, cause).toBeGreaterThan(0);
  });

  it('does so with every set of causes', async () => {
    const seen = new Set<string>();
    // Seed n has the causes that the bits of n name; none at all ends at the read deadline.
    await everySeed(
      2 ** causes.length - 1,
      async (seed) => {
        const only = new Set(causes.filter((_cause, bit) => ((seed + 1) >> bit) & 1));
        return { only, test: await race(only) };
      },
      (run) => {
        const { only, test } = finished(run);
        const cause = judge({ ...run, outcome: { status: 'done', value: test } });
        expect([...only]).toContain(cause);
        seen.add(cause);
      },
    );
    expect(seen.size).toBe(causes.length);
  });

  it('does so in every order that differs from the usual one in two places (k = 2)', async () => {
    const seen = new Map<CauseName, number>(causes.map((cause) => [cause, 0]));
    const runs = await explore(
      2,
      () => race(),
      (run) => {
        const cause = judge(run);
        seen.set(cause, (seen.get(cause) ?? 0) + 1);
      },
    );
    expect(runs).toBeGreaterThan(1_000);
    for (const [cause, times] of seen) expect(times, cause).toBeGreaterThan(0);
  });
});
