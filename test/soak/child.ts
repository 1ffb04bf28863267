/**
 * A process of the soak: the honest peers, or the crowd that comes and goes. It does what
 * the parent says, and ends with it.
 */

import { initCrypto } from '#crypto';
import { Chain } from '../../impl/core/chain.ts';
import { hashBlock } from '../../impl/core/block.ts';
import { encodeGetBlockHeaders } from '../../impl/eth/protocol.ts';
import { newMsg } from '../../impl/p2p/message.ts';
import { WaitGroup } from '../../impl/csp/wait-group.ts';
import { Prng } from '../../impl/sim/prng.ts';
import { gethChain } from '../helpers/chain.ts';
import { Lateness } from './figures.ts';
import { behaviours, hogs, type Prey } from './hostile.ts';
import type { ChildOrder, ChildReport } from './messages.ts';
import { pong, visit, type Visitor } from './visitors.ts';

await initCrypto();

const wait = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

function tell(report: ChildReport): void {
  process.send?.(report);
}

let prey: Prey | undefined;
let draw: (below: number) => number = () => 0;
/** Errors by their text: what visitors ran into that should not be. */
const troubles = new Map<string, number>();

function begin(enode: string, seed: string): Prey {
  const { genesis, blocks } = gethChain();
  const random = new Prng(seed);
  draw = (below) => random.below(below);
  return {
    server: { enode },
    chain: new Chain(genesis),
    hashes: blocks.map((block) => hashBlock(block)),
  };
}

function trouble(error: unknown): void {
  const text = error instanceof Error ? error.message : String(error);
  troubles.set(text, (troubles.get(text) ?? 0) + 1);
}

// -- honest peers --------------------------------------------------------------------------

const honest = { asks: true, dropped: 0, roundTripsMs: [] as number[] };
const lateness = new Lateness();
const askEveryMs = 100;
const headersCode = 16 + 4;
const getHeadersCode = 16 + 3;

/** Asks for headers all the time, answers Pings, and counts its being dropped. */
async function honestPeer(to: Prey): Promise<void> {
  const { transport, fd } = await visit(to, 'Status');
  if (transport === undefined) throw new TypeError('a peer has a transport');
  try {
    for (;;) {
      const origin = { kind: 'number', number: BigInt(1 + draw(50)) } as const;
      const query = { origin, amount: 10n, skip: 0n, reverse: false };
      const began = performance.now();
      await transport.writeMsg(newMsg(getHeadersCode, encodeGetBlockHeaders(query)));
      for (;;) {
        const msg = await transport.readMsg();
        if (msg.code === headersCode) break;
        await pong(transport, msg);
      }
      if (honest.asks) honest.roundTripsMs.push(performance.now() - began);
      await wait(askEveryMs);
    }
  } catch (error) {
    honest.dropped++;
    trouble(error);
    await fd.close();
  }
}

// -- the crowd -----------------------------------------------------------------------------

const crowd = new Set<Visitor>();
let isChurning = false;
let hostileShare = 0;
const done = { come: 0, gone: 0, hostile: 0, refused: 0 };
/** Arrivals, departures and what the hostile do. */
const under = new WaitGroup((_, error) => {
  trouble(error);
});
/** Who is here, and hears. */
const listening = new WaitGroup((_, error) => {
  trouble(error);
});

/** @param tries a node under load may refuse one */
async function comeIn(to: Prey, tries = 3): Promise<void> {
  try {
    const visitor = await visit(to, 'Status');
    crowd.add(visitor);
    done.come++;
    listening.go('listens', async () => {
      await visitor.listen();
      crowd.delete(visitor);
    });
  } catch (error) {
    done.refused++;
    if (tries > 1) return comeIn(to, tries - 1);
    trouble(error);
  }
}

/** So many at a time: each costs both sides a handshake. */
const atOnce = 8;

async function fill(to: Prey, peers: number): Promise<void> {
  let coming = 0;
  const one = async (): Promise<void> => {
    while (crowd.size + coming < peers) {
      coming++;
      await comeIn(to);
      coming--;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, one));
}

async function leaveOne(): Promise<void> {
  const all = [...crowd];
  const visitor = all[draw(all.length)];
  if (visitor === undefined) return;
  crowd.delete(visitor);
  done.gone++;
  await (draw(2) === 0 ? visitor.vanish() : visitor.leave());
}

/** One leaves and one comes, so many times a second. */
async function churn(to: Prey, perSecond: number): Promise<void> {
  const names = Object.keys(behaviours);
  while (isChurning) {
    under.go('leaves', leaveOne);
    if (draw(100) < hostileShare) {
      done.hostile++;
      const behave = behaviours[names[draw(names.length)] ?? ''];
      if (behave !== undefined) under.go('hostile', () => behave(to));
    }
    under.go('comes', () => comeIn(to));
    await wait(1_000 / perSecond);
  }
}

// -- orders --------------------------------------------------------------------------------

async function obey(order: ChildOrder): Promise<ChildReport> {
  if (order.do === 'begin') {
    prey = begin(order.enode, order.seed);
    hostileShare = order.hostileShare;
    return { done: 'begin' };
  }
  const to = prey;
  if (to === undefined) throw new TypeError('begin first');
  switch (order.do) {
    case 'honest':
      lateness.start();
      for (let i = 0; i < order.peers; i++)
        listening.go('honest', () => honestPeer(to));
      return { done: 'honest' };
    case 'ask':
      honest.asks = order.isMeasured;
      return { done: 'ask' };
    case 'fill':
      await fill(to, order.peers);
      return { done: 'fill' };
    case 'burst':
      for (const [name, count] of Object.entries(hogs)) {
        const behave = behaviours[name] ?? (() => Promise.resolve());
        for (let i = 0; i < count; i++) under.go(name, () => behave(to));
        await under.wait(); // one kind at a time: this process is no faster than the node
      }
      return { done: 'burst' };
    case 'churn':
      isChurning = true;
      under.go('churn', () => churn(to, order.perSecond));
      return { done: 'churn' };
    case 'hold':
      isChurning = false;
      await under.wait();
      return { done: 'hold' };
    case 'leave':
      isChurning = false;
      await under.wait();
      await Promise.all([...crowd].map((visitor) => visitor.leave()));
      return { done: 'leave' };
    case 'report':
      return {
        done: 'report',
        ...done,
        here: crowd.size,
        dropped: honest.dropped,
        roundTripsMs: honest.roundTripsMs,
        starvedMs: lateness.look().others.feltMs,
        troubles: [...troubles],
      };
  }
}

process.on('disconnect', () => process.exit(0));
process.on('message', (order: ChildOrder) => {
  obey(order).then(tell, (error: unknown) => {
    console.error(error);
    process.exit(1);
  });
});
