/** Simulations and live peers in one process, and neither disturbs the other. */

import { describe, expect, it } from 'vitest';
import { Chan } from '../../impl/csp/chan.ts';
import { macrotask } from '../../impl/csp/macrotask.ts';
import { runtime } from '../../impl/csp/runtime.ts';
import { recv, select, send } from '../../impl/csp/select.ts';
import { sleep, Timer } from '../../impl/csp/timer.ts';
import { WaitGroup } from '../../impl/csp/wait-group.ts';
import { newMsg } from '../../impl/p2p/message.ts';
import { Peer } from '../../impl/p2p/peer.ts';
import type { Protocol } from '../../impl/p2p/protocol.ts';
import { simulate } from '../../impl/sim/simulate.ts';
import { traceHash } from '../../impl/sim/trace-hash.ts';
import { helloConn, makeProtocol } from '../helpers/peers.ts';
import { linePair } from '../helpers/transports.ts';
import { teardown } from './teardown.ts';

const real = runtime();

function turn(): Promise<void> {
  return new Promise((resolve) => {
    macrotask(resolve);
  });
}

/** What is made here belongs to the ambient runtime: two tasks meet in it. */
async function meet(value: number): Promise<number> {
  const channel = new Chan<number>('made in between');
  const late = new Timer('late', 60_000);
  const group = new WaitGroup();
  group.go('giver', async () => {
    await select({ given: send(channel, value), late: recv(late) });
  });
  const got = await channel.recv();
  late.stop();
  await group.wait();
  return got;
}

/** Sends `rounds` messages and answers as many, with new channels in each round. */
function talks(rounds: number, strangers: unknown[]): Protocol['run'] {
  return async (_peer, rw) => {
    for (let round = 1; round <= rounds; round++) {
      await rw.writeMsg(newMsg(0, Uint8Array.of(await meet(round))));
      const { payload } = await rw.readMsg();
      if (payload[0] !== round) strangers.push(payload);
      await turn(); // of the sockets, in which simulations go on
      if (runtime() !== real) strangers.push(runtime());
    }
  };
}

/** A run that waits for the world outside now and then, as one with real work does. */
async function simulated(): Promise<string[]> {
  if (runtime() === real) throw new Error('not the runtime of the simulation');
  await runtime().external('outside', turn());
  await sleep(1_000 + (await meet(1)));
  return teardown();
}

describe('simulate, beside live peers', () => {
  it('runs as it does alone, and the peers exchange what they have to', async () => {
    const options = { seed: 'beside', record: true };
    const alone = await simulate(options, simulated);
    if (alone.trace === undefined) throw new Error('no trace');

    const rounds = 200;
    const strangers: unknown[] = [];
    const protocols = [makeProtocol(talks(rounds, strangers), { length: 1 })];
    const ends: string[] = [];
    const group = new WaitGroup();
    for (const line of linePair()) {
      const peer = new Peer(helloConn(line, protocols), protocols);
      group.go('peer', async () => {
        ends.push((await peer.run()).error.message);
      });
    }
    const living = group.wait();
    let runs = 0;
    while (ends.length < 2) {
      // Two at a time: each changes the ambient runtime for its own turns.
      for (const run of await Promise.all([
        simulate(options, simulated),
        simulate(options, simulated),
      ])) {
        runs++;
        expect(run.outcome).toEqual(alone.outcome);
        expect(run.trace && traceHash(run.trace)).toBe(traceHash(alone.trace));
      }
      expect(runtime()).toBe(real);
    }
    await living;
    expect(strangers).toEqual([]);
    expect(ends).toHaveLength(2);
    expect(runs).toBeGreaterThan(5);
  });
});
