/** What chapter 2 says in tables and in predictions without a scenario, against runs. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { findGates, heardOf, type GateOutcome } from '../../.vitepress/data/gates.ts';
import { repoDir } from '../../.vitepress/build/pages.ts';
import { toHex } from '../../impl/bytes.ts';
import type { NodeID } from '../../impl/p2p/enode.ts';
import {
  encHandshakeChecks,
  maxInboundConns,
  type Candidate,
} from '../../impl/p2p/handshake-checks.ts';
import { DiscError } from '../../impl/p2p/peer-error.ts';
import { encodeDisconnect } from '../../impl/p2p/rlpx/disconnect.ts';
import { packPayload } from '../../impl/p2p/rlpx/payload.ts';
import { ServerStopped } from '../../impl/p2p/server-stopped.ts';
import { DeadlineExceeded, EndOfStream } from '../../impl/net/net-conn.ts';
import { gateScenarios } from '../../impl/sim/gate-scenarios.ts';
import { helloScenarios } from '../../impl/sim/hello-scenarios.ts';
import { runScenario } from '../../impl/sim/run-scenario.ts';
import { idOf } from '../helpers/peers.ts';

const page = readFileSync(join(repoDir, 'docs/guide/02-two-gates.md'), 'utf8');

/** The body of the table whose head has these words, as cells. */
function tableUnder(head: string): string[][] {
  const lines = page.split('\n');
  const at = lines.findIndex((line) => line.startsWith('|') && line.includes(head));
  expect(at, `a table with “${head}”`).toBeGreaterThan(-1);
  const rows: string[][] = [];
  for (const line of lines.slice(at + 2)) {
    if (!line.startsWith('|')) break;
    rows.push(
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  }
  return rows;
}

/** What front matter calls right in a prediction. */
function rightChoice(id: string): string {
  const [, block = ''] =
    new RegExp(`  - id: ${id}\\n([^]*?)\\n  - id: `).exec(page) ?? [];
  const choices = Array.from(
    block.matchAll(/^      - (.*)$/gm),
    ([, text = '']) => text,
  );
  const right = Number(/^    right: (\d+)$/m.exec(block)?.[1]);
  return choices[right] ?? 'no such choice';
}

let played: ReturnType<typeof findGates> | undefined;

/** The scenarios of the page are played once. */
function gatesOnce(): ReturnType<typeof findGates> {
  return (played ??= findGates());
}

describe('the table of the gates', () => {
  let gates: readonly GateOutcome[] = [];
  beforeAll(async () => {
    gates = await gatesOnce();
  }, 120_000);

  it('says of every scenario what came of it in ten orders', () => {
    const rows = tableUnder('`npm run -s lab --`');
    const said = rows.map(([, at, hears, name]) => [name, at, hears]);
    const found = gates
      .filter(({ name }) => name !== 'gate-thrice')
      .map(({ name, endings: [only, ...others] }) => {
        expect(others, name).toEqual([]);
        if (only === undefined) throw new Error(name);
        return [`\`${name}\``, String(only.ending.at ?? '–'), heardOf(only.ending)];
      });
    expect(said.toSorted()).toEqual(found.toSorted());
  });

  it('knows how many peers there are where more came in than places', () => {
    const peers = (name: string): number | undefined =>
      gates.find((one) => one.name === name)?.endings[0]?.ending.peers;
    expect(peers('gate-trusted')).toBe(2);
    expect(peers('gate-static-dialed')).toBe(2);
    expect(peers('gate-static-dialed-eth')).toBe(1);
    expect(peers('gate-inbound-full')).toBe(2);
  });

  it('has B’s three connections end as the first prediction says', () => {
    expect(rightChoice('c2-thrice')).toBe(
      'One becomes a peer; the second ends at checkpoint 2, the third at checkpoint 1',
    );
    const thrice = gates.find(({ name }) => name === 'gate-thrice');
    const found = thrice?.endings.map(({ ending: { at, heard, peers } }) => {
      return { at, heard, peers };
    });
    expect(found).toEqual([
      { at: 2, heard: 5, peers: 1 },
      { at: 1, heard: 5, peers: 1 },
    ]);
  });
});

describe('what ends a connection that is no peer yet', () => {
  const rows = tableUnder('what ends a connection that is no peer yet');
  const numbersIn = (cell = ''): number[] => (cell.match(/\d+/g) ?? []).map(Number);
  const heardIn = async (name: keyof typeof helloScenarios): Promise<unknown> => {
    const { outcome } = await runScenario(helloScenarios[name], { schedule: '' });
    if (outcome.status !== 'done') throw new Error(outcome.status);
    const { endedAtMs, reason } = outcome.value.scripts['B'] ?? {};
    expect(endedAtMs, name).toBeDefined();
    return reason;
  };
  const [byGate, byId, byMessage, byOther] = rows;

  it('is told by these numbers, where a gate or an id is the matter', async () => {
    const gates = await gatesOnce();
    const told = gates.flatMap(({ endings }) =>
      endings.flatMap(({ ending: { at, heard } }) => (at === 'eth' ? [] : heard)),
    );
    const given = new Set(told.filter((heard) => heard !== undefined));
    expect(numbersIn(byGate?.[2])).toEqual([...given].toSorted((a, b) => a - b));
    expect(numbersIn(byId?.[2])).toEqual([
      await heardIn('hello-zero-id'),
      await heardIn('hello-other-id'),
    ]);
  }, 120_000);

  it('is not told where no Hello can be read, or none comes', async () => {
    expect(byMessage?.[2]).toBe('nothing');
    expect(byOther?.[2]).toBe('nothing');
    const silent = ['hello-is-ping', 'hello-zero-as-00', 'hello-is-missing'] as const;
    for (const name of silent) expect(await heardIn(name), name).toBeUndefined();
  });

  it('is no DiscError where a clock, the line or this node is the matter', () => {
    const others = [
      new DeadlineExceeded('read'),
      new EndOfStream(),
      new ServerStopped(),
    ];
    expect(byOther?.[1]).toBe('another');
    expect(others.filter((error) => error instanceof DiscError)).toEqual([]);
  });
});

describe('refusals at a gate', () => {
  it.each(['gate-full', 'gate-nothing-common', 'gate-last-place'] as const)(
    'are no event: %s',
    async (name) => {
      const { outcome } = await runScenario(gateScenarios[name], { schedule: '' });
      if (outcome.status !== 'done') throw new Error(outcome.status);
      expect(outcome.value.nodes['A']?.partings).toEqual([]);
    },
  );
});

const self = idOf('11');
const stranger = idOf('22');

/** What becomes of it in a node with three places, of which two may be inbound. */
function verdict(
  { id, flags }: Candidate,
  { peers, inboundCount }: { peers: readonly NodeID[]; inboundCount: number },
): string {
  const table = { peers: new Map(peers.map((id) => [id, {}])), inboundCount };
  const refusal = encHandshakeChecks({ ...table, maxPeers: 3, self }, { id, flags });
  return refusal === undefined ? 'passes' : 'refused';
}

describe('who is exempt', () => {
  const no = { inbound: false, staticDialed: false, trusted: false };
  const flags = [
    { ...no, inbound: true },
    { ...no, inbound: true },
    { ...no, staticDialed: true },
    no,
    { ...no, trusted: true, inbound: true },
  ];
  const others = ['33', '44', '55'].map(idOf);

  it('is as the table says', () => {
    const rows = tableUnder('inbound places taken');
    expect(rows.map(([who]) => who)).toEqual([
      'a stranger dials us',
      'a static node dials us',
      'we dial a static node',
      'we dial anybody else',
      'a trusted node, whoever dials',
    ]);
    for (const [at, [who, ...cells]] of rows.entries()) {
      const mine = flags[at];
      if (mine === undefined) throw new Error(who);
      const full = { peers: others, inboundCount: 0 };
      const inboundFull = { peers: others.slice(0, 2), inboundCount: 2 };
      const known = { peers: [stranger], inboundCount: 0 };
      const found = [
        verdict({ id: stranger, flags: mine }, full),
        verdict({ id: stranger, flags: mine }, inboundFull),
        verdict({ id: stranger, flags: mine }, known),
        verdict({ id: self, flags: mine }, { peers: [], inboundCount: 0 }),
      ];
      const said = cells.map((cell) => cell.replaceAll('*', ''));
      expect(
        said.map((cell) => (cell === 'not asked' ? 'passes' : cell)),
        who,
      ).toEqual(found);
    }
    const dialed = { ...no, trusted: true };
    expect(
      verdict({ id: stranger, flags: dialed }, { peers: others, inboundCount: 0 }),
    ).toBe('passes');
  });
});

describe('the places for inbound peers', () => {
  it('are those of the table', () => {
    const rows = tableUnder('kept free of inbound peers').map((row) => row.map(Number));
    expect(rows.length).toBeGreaterThan(3);
    for (const [places = -1, kept, most] of rows) {
      expect([kept, most], `${places} places`).toEqual([
        places - maxInboundConns(places),
        maxInboundConns(places),
      ]);
    }
  });

  it('are as many as strangers get when they come without end', () => {
    const peers = new Map<NodeID, unknown>();
    const flags = { inbound: true, staticDialed: false, trusted: false };
    for (let n = 0; n < 100; n++) {
      const id = idOf((100 + n).toString(16));
      const table = { peers, inboundCount: peers.size, maxPeers: 25, self };
      if (encHandshakeChecks(table, { id, flags }) === undefined) peers.set(id, {});
    }
    expect(rightChoice('c2-quota')).toBe(`'${peers.size}'`);
  });
});

describe('the bytes of a refusal', () => {
  const spaced = (bytes: Uint8Array): string => toHex(bytes).replace(/..(?=.)/g, '$& ');

  it('are those of the page', () => {
    const [first, second] = tableUnder('| | bytes | read |').map(([, bytes]) => bytes);
    const payload = encodeDisconnect(5);
    expect(first).toBe(`\`01\` \`${spaced(packPayload(payload, false))}\``);
    expect(second).toBe(`\`01\` \`${spaced(packPayload(payload, true))}\``);
  });
});
