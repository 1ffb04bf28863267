/** The first message of eth: a Status that lies, is none, or does not come. */

import { expect } from 'vitest';
import { fromHex } from '../../impl/bytes.ts';
import { runtime } from '../../impl/csp/runtime.ts';
import { sleep } from '../../impl/csp/timer.ts';
import { hashBytes, hashOf, zeroHash } from '../../impl/core/hash.ts';
import * as eth from '../../impl/eth/protocol.ts';
import { encode, encodeList, type RlpValue } from '../../impl/rlp/encode.ts';
import { compress } from '../../impl/p2p/rlpx/snappy-encoder.ts';
import { pingMsg } from '../../impl/p2p/base-protocol.ts';
import { battery, type Case } from './harness.ts';
import { ethCode, someHeaders, type Stranger } from './stranger.ts';
import { ethPeerOf, timesHeard, type Visit, visits, workOf } from './work.ts';

const twoMiB = 2 * 2 ** 20;
const tenMiB = 10 * 2 ** 20;
const atStatus = { after: 'Hello' } as const;
const refused = { ...atStatus, ends: { disconnect: 16 } } as const;

/** The five fields, of which some are others. */
function fieldsOf({
  status,
}: Stranger): [number, bigint, RlpValue, RlpValue, RlpValue] {
  const { protocolVersion, networkId, td, head, genesis } = status;
  return [protocolVersion, networkId, td, hashBytes(head), hashBytes(genesis)];
}

/** A first message that costs him his place. The chain is not asked, and nothing is hashed. */
function wrong(
  title: string,
  payload: (stranger: Stranger) => Uint8Array,
  more: Partial<Visit> & { readonly code?: number; readonly integers?: number } = {},
): Visit {
  const { code = eth.statusMsg, integers = 0, ...rest } = more;
  return {
    ...refused,
    ...{ title, why: 'EthError decode' },
    act: async (stranger, scene) => {
      const work = await workOf(scene, async () => {
        await stranger.send(ethCode(code), payload(stranger));
        expect(await stranger.isLeft(10)).toBe(true);
      });
      expect(work).toMatchObject({ lookups: 0, keccaks: 0, recoveries: 0, built: 0 });
      expect(work.integers).toBeLessThanOrEqual(integers);
      // He has heard our Status, which says nothing that is secret, and no answer.
      expect(timesHeard(stranger, eth.blockHeadersMsg)).toBe(0);
    },
    check: (_, { node }) => {
      expect(node.eth.peers.length).toBe(1);
    },
    ...rest,
  };
}

/** The total difficulty is these bytes. */
const withTd =
  (td: Uint8Array) =>
  (stranger: Stranger): Uint8Array => {
    const [version, network, , head, genesis] = fieldsOf(stranger);
    return encode([version, network, td, head, genesis]);
  };

/** What every number of a Status costs to read: a small one is looked at twice. */
const allFields = { integers: 4 };

function believed(title: string, fields: Partial<eth.StatusData>): Visit {
  return {
    ...atStatus,
    ...{ title, ends: 'kept' },
    act: async (stranger, scene) => {
      const work = await workOf(scene, () => stranger.sayStatus(fields));
      expect(work).toMatchObject({ lookups: 0, keccaks: 0, built: 0 });
      expect(ethPeerOf(stranger, scene)).toMatchObject(fields);
    },
  };
}

/** A field is another one: everything fits a Status, and nothing fits ours. */
function misfit(title: string, fields: Partial<eth.StatusData>, why: string): Visit {
  const payload = ({ status }: Stranger): Uint8Array =>
    eth.encodeStatus({ ...status, ...fields });
  return wrong(title, payload, { why: `EthError ${why}`, ...allFields });
}

const otherHash = hashOf(new Uint8Array(32).fill(7));

function listsInLists(): Uint8Array {
  let deep: Uint8Array = Uint8Array.of(0xc0);
  for (let i = 0; i < 700; i++) deep = encodeList([deep]);
  return deep;
}

const noStatus = [
  '',
  'c0',
  '80',
  'c3010203',
  'ff',
  'bfffffffffffffffff',
  'f84b3f0101a0',
];
const codes = [1, 2, 3, 4, 5, 6, 7, 8, 12, 13, 14, 15, 16];

/** He ends with 11, as who says nothing at all. */
function late(title: string, act: Visit['act'], more: Partial<Visit> = {}): Case {
  const visit: Visit = {
    ...{ after: 'Hello', ends: { disconnect: 11 }, at: 5_000, why: 'DiscError 11' },
    ...{ title, act, ...more },
  };
  return { id: 'H-68', ...visit };
}

const cases: Case[] = [
  visits(
    'H-66',
    'a total difficulty of 2 MiB',
    [wrong('2 MiB', withTd(new Uint8Array(twoMiB).fill(0xff)))],
    { most: { asks: 65_536, expands: twoMiB + 100, work: 'hugeTd' } },
  ),
  visits('H-66', 'a total difficulty that is none, or above 100 bits', [
    wrong('14 bytes', withTd(new Uint8Array(14).fill(1))),
    wrong('101 bits', withTd(fromHex(`10${'00'.repeat(12)}`)), allFields),
    wrong('a leading zero', withTd(Uint8Array.of(0, 1))),
  ]),
  // What is claimed is believed until a synchronisation shows what it is worth.
  visits('H-66', 'a claim that nobody can check yet', [
    believed('a total difficulty of 100 bits', { td: 2n ** 100n - 1n }),
    believed('a total difficulty of 0', { td: 0n }),
    believed('a head that nobody has', { head: otherHash }),
    believed('a head of zeros', { head: zeroHash }),
  ]),
  visits('H-67', 'a Status of another chain, network or version', [
    misfit('genesis', { genesis: otherHash }, 'genesis-block-mismatch'),
    misfit('network', { networkId: 3n }, 'network-id-mismatch'),
    misfit('version', { protocolVersion: 62 }, 'protocol-version-mismatch'),
    misfit(
      'all of them: the genesis is said first',
      { genesis: otherHash, networkId: 2n ** 64n - 1n, protocolVersion: 2 ** 32 - 1 },
      'genesis-block-mismatch',
    ),
  ]),
  visits('H-67', 'a Status that is none', [
    ...noStatus.map((hex) => wrong(hex || 'nothing', () => fromHex(hex))),
    wrong('a sixth field', (stranger) => encode([...fieldsOf(stranger), 1])),
    wrong('a head of 33 bytes', (stranger) =>
      encode(fieldsOf(stranger).with(3, new Uint8Array(33))),
    ),
    wrong('700 lists in lists', listsInLists),
  ]),
  visits(
    'H-67',
    'a Status of 10 MiB and a byte: it is not decompressed',
    [
      wrong('by its length', () => new Uint8Array(tenMiB + 1), {
        why: 'EthError msg-too-large',
      }),
    ],
    { most: { asks: 65_536, work: 'tooLarge' } },
  ),
  visits(
    'H-67',
    'another message before any Status: none is read',
    codes.map((code) =>
      wrong(`code ${code}`, () => someHeaders, {
        ...{ code, why: 'EthError no-status-msg' },
      }),
    ),
  ),
  {
    ...refused,
    ...{ id: 'H-67', title: 'a second Status', why: 'EthError extra-status-msg' },
    act: async (stranger) => {
      await stranger.sayStatus();
      await stranger.send(ethCode(eth.statusMsg), eth.encodeStatus(stranger.status));
    },
    at: 1,
  },
  {
    ...atStatus,
    ...{ id: 'H-67', title: 'bytes after the list, which nobody reads', ends: 'kept' },
    act: async (stranger) => {
      const status = eth.encodeStatus(stranger.status);
      const longer = new Uint8Array(status.length + 100).fill(0xf9);
      longer.set(status);
      await stranger.hear(ethCode(eth.statusMsg));
      await stranger.send(ethCode(eth.statusMsg), longer);
    },
  },

  late('no Status', () => Promise.resolve()),
  late(
    'no Status, and ours is not read',
    async (stranger, { node }) => {
      const began = runtime().now();
      await sleep(20_000);
      const drop = node.server.events.find(
        (event) => event.type === 'drop' && event.peer === stranger.id,
      );
      // He reads no Disconnect either, so the connection stays open for a second more.
      expect(drop?.at).toBe(began + 6_000);
    },
    {
      at: 20_000, // he reads only now
      check: ({ heard }) => {
        expect(heard.map(({ code }) => code)).toEqual([0, 16, 1]);
      },
    },
  ),
  late('a Status of which a byte comes each 100 ms', async (stranger) => {
    stranger.listen();
    const status = compress(eth.encodeStatus(stranger.status));
    for (const byte of stranger.raw.seal(ethCode(eth.statusMsg), status)) {
      if (stranger.endedAt !== undefined) return;
      await stranger.write(Uint8Array.of(byte));
      await sleep(100);
    }
  }),
  late('Pings instead of a Status: they do not win time', async (stranger) => {
    stranger.listen();
    while (stranger.endedAt === undefined) {
      await stranger.send(pingMsg, Uint8Array.of(0xc0));
      await sleep(1_500);
    }
  }),
];

battery('Status', 'status', cases);
