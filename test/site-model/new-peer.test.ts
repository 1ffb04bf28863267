/** What chapter 5 says in predictions, tables and strings, against runs and the code. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { repoDir } from '../../.vitepress/build/pages.ts';
import {
  findPeerPicture,
  type PeerPicture,
} from '../../.vitepress/data/peer-picture.ts';
import { findRooms, type TrialRuns } from '../../.vitepress/data/peer-rooms.ts';
import { parts } from '../../.vitepress/theme/strings/parts.en.ts';
import { sleep } from '../../impl/csp/timer.ts';
import { pendingPings } from '../../impl/p2p/peer.ts';
import { discUselessPeer } from '../../impl/p2p/peer-error.ts';
import { gateScenarios } from '../../impl/sim/gate-scenarios.ts';
import {
  orders,
  trials,
  tryRoom,
  type Fate,
  type Trial,
} from '../../impl/sim/rooms.ts';
import { runScenario } from '../../impl/sim/run-scenario.ts';

const page = readFileSync(join(repoDir, 'docs/guide/05-new-peer.md'), 'utf8');
/** What front matter calls right in a prediction. */
function rightChoice(id: string): string {
  const [, block = ''] =
    new RegExp(`  - id: ${id}\\n([^]*?)\\n(?:  - id: |---)`).exec(page) ?? [];
  const choices = Array.from(
    block.matchAll(/^      - (.*)$/gm),
    ([, text = '']) => text,
  );
  const right = Number(/^    right: (\d+)$/m.exec(block)?.[1]);
  return choices[right] ?? `no choice of ${id}`;
}

function trialOf(name: string): Trial {
  const found = trials.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no trial ${name}`);
  return found;
}

describe('chapter 5', () => {
  let rooms: readonly TrialRuns[];
  let picture: PeerPicture;
  beforeAll(async () => {
    rooms = await findRooms();
    picture = await findPeerPicture();
  }, 60_000);

  /** What came of a trial with this room, each fate once. */
  function came(name: string, capacity: number): Fate[] {
    const found = rooms.find((one) => one.name === name)?.found;
    const fates = found?.find((one) => one.capacity === capacity)?.fates;
    return (fates ?? []).map(({ fate }) => fate);
  }

  it('has C and B hear nothing when B becomes the second peer', async () => {
    expect(rightChoice('c5-feed')).toContain('inside A’s own process');
    const { outcome } = await runScenario(gateScenarios['gate-trusted'], {
      schedule: '',
    });
    if (outcome.status !== 'done') throw new Error(outcome.status);
    expect(outcome.value.nodes['A']?.peers).toBe(2);
    // A remote has an entry from the first message that it hears, or its end, on.
    expect(outcome.value.scripts).toEqual({});
  });

  it('counts the reports that nobody takes as the runs do', async () => {
    const quiet: Trial = {
      ...trialOf('protoErr-waits'),
      happens: async ({ peer }) => {
        await sleep(1_000);
        await peer.disconnect(discUselessPeer);
        await sleep(40_000);
      },
    };
    const [found, ...others] = (await tryRoom(quiet, 0)).fates;
    expect([found?.fate, ...others]).toEqual([{ fate: 'stands', n: 2 }]);
    expect(rightChoice('c5-reports')).toBe('Two');
    // With a Ping under way there is a third.
    expect(came('protoErr-waits', 0)).toEqual([{ fate: 'stands', n: 3 }]);
    // N + 1 places, and N is 2: enough, and one fewer is not.
    expect(came('protoErr-waits', 3)).toEqual([{ fate: 'ends' }]);
    expect(came('protoErr-waits', 2)).toEqual([{ fate: 'stands', n: 1 }]);
  });

  it('is right about a report that is tried without room, and about one place', async () => {
    expect(came('protoErr', 0)).toEqual([{ fate: 'stays' }]);
    expect(rightChoice('c5-lost')).toMatch(/^It lives on/);
    expect(came('protoErr', 1)).toEqual([{ fate: 'ends' }]);
    // Also where three report: our node would do with one place.
    const three: Trial = { ...trialOf('protoErr-waits'), reports: 'tries' };
    const { fates } = await tryRoom(three, 1);
    expect(fates.map(({ fate }) => fate)).toEqual([{ fate: 'ends' }]);
  });

  it('answers its bank as the runs do', () => {
    expect(came('writeStart', 0)).toEqual([{ fate: 'mute' }]);
    expect(rightChoice('c5-bank-token')).toMatch(/^No message .* ever written$/);
    expect(came('readErr-waits', 0)).toEqual([{ fate: 'stands', n: 1 }]);
    expect(rightChoice('c5-bank-read-err')).toMatch(/^A task stands there for ever/);
    const heard = came('disc', 1).map((fate) => fate.fate === 'heard' && fate.n);
    expect(heard.toSorted()).toEqual([16, 3]);
    expect(rightChoice('c5-bank-disc')).toMatch(/^3 or 16/);
    expect(came('pingRecv', 0)).toEqual([{ fate: 'handed', n: 4000 }]);
    expect(rightChoice('c5-bank-pings')).toBe('After 4 s');
    // What it says of the other choices.
    expect(came('pingRecv', 1)).toEqual([{ fate: 'handed', n: 2000 }]);
    expect(came('pingRecv', 16)).toEqual([{ fate: 'handed', n: 0 }]);
    expect(came('disc', 0)).toEqual([{ fate: 'heard', n: 3 }]);
  });

  it('tells what should be found with the widget', () => {
    const goodAtNone = (name: string): boolean =>
      came(name, 0).every(({ fate }) => ['ends', 'written'].includes(fate));
    const loses = ['writeStart', 'readErr', 'protoErr'];
    const stands = ['writeErr', 'readErr-waits', 'protoErr-waits'];
    expect([...loses, ...stands].filter(goodAtNone)).toEqual([]);
    expect(came('writeStart', 2)).toEqual(came('writeStart', 1));
    expect(came('protoErr-waits', 4)).toEqual(came('protoErr-waits', 3));
    expect(came('in', 1)).not.toEqual(came('in', 0));
    expect(came('disc', 1)).not.toEqual(came('disc', 0));
  });

  it('names every channel of a peer in its table', () => {
    const row = page.split('\n').find((line) => line.startsWith('| `Peer` |')) ?? '';
    const [, holds = ''] = row.split('|').slice(1);
    const named = Array.from(holds.matchAll(/`(\w+)`/g), ([, name]) => name);
    const own = picture.channels
      .map(({ name }) => name)
      .filter((name) => name !== 'in' && name !== 'delpeer');
    expect(named.toSorted()).toEqual(['closed', ...own].toSorted());
    expect(page).toContain(`has [${pendingPings}](src:impl/p2p/peer.ts#pendingPings)`);
  });

  it('has words for every trial, and tells how many orders there were', () => {
    const { situation, why, hint } = parts.rooms;
    expect(Object.keys(situation).toSorted()).toEqual(
      rooms.map(({ name }) => name).toSorted(),
    );
    expect(Object.keys(why).toSorted()).toEqual(
      [...new Set(rooms.map(({ room }) => room))].toSorted(),
    );
    expect(hint).toContain(`${orders.length} orders`);
    expect(page).toContain('in forty orders');
  });
});
