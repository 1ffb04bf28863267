import { it } from 'vitest';
import { initCrypto } from '#crypto';
import { sleep } from '#impl/csp/timer.ts';
import type { TraceEvent } from '#impl/csp/trace.ts';
import { WaitGroup } from '#impl/csp/wait-group.ts';
import { Chain } from '#impl/core/chain.ts';
import { developmentGenesis } from '#impl/core/development-genesis.ts';
import { ProtocolManager } from '#impl/eth/handler.ts';
import { newMsg } from '#impl/p2p/message.ts';
import { Peer } from '#impl/p2p/peer.ts';
import type { Cap, Protocol } from '#impl/p2p/protocol.ts';
import { gateScenarios } from '#impl/sim/gate-scenarios.ts';
import { connOver, Line } from '#impl/sim/one-peer.ts';
import { runScenario } from '#impl/sim/run-scenario.ts';
import type { Scenario } from '#impl/sim/scenario.ts';
import { scenarios } from '#impl/sim/scenarios.ts';
import { simulate } from '#impl/sim/simulate.ts';
import { answerTo, WrongAnswer, wordsOf, type Item } from '#kit/answers.ts';
import { opensAt } from '#kit/steps.ts';
import { answers } from './exercise.ts';
import { items, placeOf, sentences } from './items.ts';

/** What A's tasks did, once the peer was there. */
async function traceOfA(scenario: Scenario): Promise<readonly TraceEvent[]> {
  const { trace } = await runScenario(scenario, { schedule: '', record: true });
  const own = (trace?.events ?? []).filter(({ n }) => n === 'A');
  return own.slice(own.findIndex(({ go }) => go?.task === 'runPeer'));
}

/** Lets a peer of these protocols live for a second. They are made inside the run. */
async function live<T>(
  protocols: () => readonly Protocol[],
  caps: readonly Cap[],
  look: (peer: Peer, line: Line) => T | Promise<T>,
): Promise<T> {
  await initCrypto();
  const { outcome } = await simulate({ schedule: '' }, async () => {
    const line = new Line();
    const peer = new Peer(connOver(line, caps), protocols());
    new WaitGroup().go('runPeer', async () => {
      await peer.run();
    });
    await sleep(1_000);
    return look(peer, line);
  });
  if (outcome.status !== 'done') throw new Error(outcome.status);
  return outcome.value;
}

const cap = (name: string, version = 63): Cap => ({ name, version });
function protocol(own: Cap, run?: Protocol['run']): Protocol {
  const reads: Protocol['run'] = async (_peer, rw) => {
    for (;;) await rw.readMsg();
  };
  return { ...own, length: 17, run: run ?? reads };
}

/** eth, and a task that takes each new peer, or nobody. */
function ethGated(isTaken: boolean): readonly Protocol[] {
  const manager = new ProtocolManager({
    chain: new Chain(developmentGenesis()),
    networkId: 1n,
    maxPeers: 25,
  });
  if (isTaken) {
    new WaitGroup().go('taker', async () => {
      await manager.newPeerCh.recv();
    });
  }
  return manager.protocols();
}

function saysStatus(isTaken: boolean): Promise<boolean> {
  return live(
    () => ethGated(isTaken),
    [cap('eth')],
    (_peer, line) => line.heard.some(({ code }) => code === 16),
  );
}

/** Whether each sentence is so: what a run shows. */
const shown: Readonly<Record<string, () => Promise<boolean>>> = {
  // C is A's peer when B becomes one.
  feed: async () => {
    const { outcome } = await runScenario(gateScenarios['gate-trusted'], {
      schedule: '',
    });
    if (outcome.status !== 'done') throw new Error(outcome.status);
    const { nodes, scripts } = outcome.value;
    if (nodes['A']?.peers !== 2) throw new Error('A should have two peers');
    return (scripts['C']?.messages.length ?? 0) > 0;
  },
  codes: async () => {
    const events = await traceOfA(scenarios['reserved-base-code']);
    const isRead = events.some(({ msg }) => msg?.dir === 'in' && msg.code === 5);
    if (!isRead) throw new Error('code 5 should be read');
    return events.some(({ chan, msg }) => chan?.name === 'eth.in' && msg?.code === 5);
  },
  'one-task': async () => {
    const events = await traceOfA(scenarios['second-status']);
    return new Set(events.filter(({ msg }) => msg?.dir).map(({ k }) => k)).size === 1;
  },
  'new-peer-ch': async () => (await saysStatus(true)) === (await saysStatus(false)),
  offset: async () => {
    const codes: number[] = [];
    const reads = protocol(cap('eth'), async (_peer, rw) => {
      for (;;) codes.push((await rw.readMsg()).code);
    });
    return live(
      () => [reads],
      [cap('eth')],
      async (_peer, line) => {
        line.incoming.trySend(newMsg(16, Uint8Array.of(0xc0)));
        await sleep(1_000);
        return codes.join() === '0';
      },
    );
  },
  tasks: async () => {
    const returns = protocol(cap('les'), () => sleep(2_000));
    const both = [cap('eth'), cap('les')];
    return live(
      () => [protocol(cap('eth')), returns],
      both,
      async ({ wg }) => {
        const had = wg.names.filter((name) => name.includes('/')).length;
        await sleep(2_000);
        return had === 2 && wg.names.length === 0;
      },
    );
  },
  running: async () => {
    const ours = [cap('eth', 62), cap('eth'), cap('les')].map((one) => protocol(one));
    const caps = [cap('eth', 62), cap('eth')];
    return live(
      () => ours,
      caps,
      ({ running }) => running.size === ours.length,
    );
  },
};

/** The step of the run that shows it. */
const told: Readonly<Record<string, (event: TraceEvent) => boolean>> = {
  feed: ({ n, msg }) => n === 'C' && msg?.dir === 'in' && (msg.code ?? 0) > 1,
  codes: ({ n, msg }) => n === 'A' && msg?.dir === 'in' && msg.code === 5,
  'one-task': ({ n, k, msg }) => n === 'A' && k === 'readLoop' && msg?.dir === 'in',
  'new-peer-ch': ({ msg }) => msg?.dir === 'out' && msg.code === 16,
  offset: ({ chan }) => chan?.name === 'eth.in' && chan.op === 'recv',
  tasks: ({ k, e }) => k.startsWith('les/') && e === 'end',
  running: ({ go }) => go?.task.includes('/') === true,
};

/** The id of the right choice: from a run, or from the proof that a test of ours holds. */
async function rightOf(item: Item): Promise<string> {
  const sentence = sentences.find(({ id }) => placeOf(id) === item.id);
  if (sentence !== undefined) return sentence.proof.region;
  const run = shown[item.id];
  if (run === undefined) throw new Error(`${item.id}: no run`);
  return (await run()) ? 'so' : 'not-so';
}

/** What the place that was chosen lacks, where it is not far from the right one. */
function lackedBy({ id }: Item): string | undefined {
  const sentence = sentences.find((one) => placeOf(one.id) === id);
  const [, said] =
    Object.entries(sentence?.lacks ?? {}).find(([place]) => place === answers[id]) ??
    [];
  return said;
}

it.each(items.map((item) => [item.question, item] as const))('%s', async (_, item) => {
  const answer = answerTo(item, answers); // before the run: what is open costs nothing
  const right = await rightOf(item);
  opensAt(({ events }) => events.findIndex((event) => told[item.id]?.(event)));
  if (answer === wordsOf(item, right)) return;
  throw new WrongAnswer(
    item.id in shown
      ? 'The run shows otherwise.'
      : (lackedBy(item) ??
          'That place does not show it. Which line would you have to change, so that the sentence were true or false?'),
  );
});
