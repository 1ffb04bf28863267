import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { utf8 } from '../../impl/bytes.ts';
import { Chan } from '../../impl/csp/chan.ts';
import { Done } from '../../impl/csp/done.ts';
import { EndOfStream } from '../../impl/net/net-conn.ts';
import { newMsg, type Msg } from '../../impl/p2p/message.ts';
import { PeerError } from '../../impl/p2p/peer-error.ts';
import {
  compareCaps,
  countMatchingProtocols,
  matchProtocols,
  ProtoRW,
  ShuttingDown,
} from '../../impl/p2p/proto-rw.ts';
import type { Cap, Protocol } from '../../impl/p2p/protocol.ts';
import { failureOf, run } from '../helpers/explore.ts';
import { makeProtocol, readAll } from '../helpers/peers.ts';

type Row = readonly [name: string, version: number, length: number];

const ours = (...rows: readonly Row[]): Protocol[] =>
  rows.map(([name, version, length]) =>
    makeProtocol(readAll, { name, version, length }),
  );
const theirs = (...caps: readonly (readonly [string, number])[]): Cap[] =>
  caps.map(([name, version]) => ({ name, version }));

/** The table that a match gives: protocol as text → its first and last code. */
function table(
  protocols: readonly Protocol[],
  caps: readonly Cap[],
): [string, string][] {
  return Array.from(matchProtocols(protocols, caps), ([name, { protocol, offset }]) => {
    const last = offset + protocol.length - 1;
    return [`${name}/${protocol.version}`, `${offset}…${last}`];
  });
}

const eth: readonly Row[] = [
  ['eth', 63, 17],
  ['eth', 62, 8],
];

// geth: TestMatchProtocols, ten cases; the figures of the last six are our own
describe('matchProtocols', () => {
  it.each([
    ['nothing if the remote speaks nothing', ours(['p', 1, 4]), [], []],
    ['nothing if we speak nothing', [], theirs(['p', 1]), []],
    ['nothing without a common name', ours(['q', 1, 4]), theirs(['p', 1]), []],
    [
      'only the names that both have',
      ours(['chat', 1, 3], ['files', 1, 5], ['here', 1, 7]),
      theirs(['there', 1], ['chat', 1], ['files', 1]),
      [
        ['chat/1', '16…18'],
        ['files/1', '19…23'],
      ],
    ],
    [
      'names in their order, whatever ours and theirs is',
      ours(['zb', 1, 2], ['za', 1, 2], ['yb', 1, 2], ['ya', 1, 2]),
      theirs(['ya', 1], ['yb', 1], ['zb', 1], ['za', 1]),
      [
        ['ya/1', '16…17'],
        ['yb/1', '18…19'],
        ['za/1', '20…21'],
        ['zb/1', '22…23'],
      ],
    ],
    ['nothing if no version is common', ours(['p', 8, 4]), theirs(['p', 7]), []],
    [
      'the one version that is common',
      ours(['p', 8, 4], ['p', 9, 4]),
      theirs(['p', 7], ['p', 8]),
      [['p/8', '16…19']],
    ],
    [
      'the highest of several common versions',
      ours(['p', 8, 4], ['p', 9, 6]),
      theirs(['p', 7], ['p', 8], ['p', 9], ['p', 10]),
      [['p/9', '16…21']],
    ],
    [
      'the highest, whatever order they stand in',
      ours(['p', 8, 4], ['p', 9, 6], ['p', 7, 2]),
      theirs(['p', 10], ['p', 7], ['p', 9], ['p', 8]),
      [['p/9', '16…21']],
    ],
    [
      'no hole where a lower version would have been',
      ours(['p', 1, 1], ['p', 2, 2], ['p', 3, 3], ['q', 1, 4]),
      theirs(['p', 1], ['p', 2], ['p', 3], ['q', 1]),
      [
        ['p/3', '16…18'],
        ['q/1', '19…22'],
      ],
    ],
    [
      'eth/63 for both',
      ours(...eth),
      theirs(['eth', 62], ['eth', 63]),
      [['eth/63', '16…32']],
    ],
    [
      'eth/63 for one that has no other',
      ours(...eth),
      theirs(['eth', 63]),
      [['eth/63', '16…32']],
    ],
    [
      'eth/63 if we have no other',
      ours(['eth', 63, 17]),
      theirs(['eth', 62], ['eth', 63]),
      [['eth/63', '16…32']],
    ],
    [
      'eth/62 for an older one',
      ours(...eth),
      theirs(['eth', 62]),
      [['eth/62', '16…23']],
    ],
    [
      'eth, les and shh one after the other, bzz left out',
      ours(...eth, ['les', 1, 15], ['les', 2, 22], ['shh', 6, 128]),
      theirs(['shh', 6], ['bzz', 5], ['les', 2], ['les', 1], ['eth', 63], ['eth', 62]),
      [
        ['eth/63', '16…32'],
        ['les/2', '33…54'],
        ['shh/6', '55…182'],
      ],
    ],
    [
      'eth behind a name that sorts before it',
      ours(['aaa', 1, 4], ...eth),
      theirs(['aaa', 1], ['eth', 62], ['eth', 63]),
      [
        ['aaa/1', '16…19'],
        ['eth/63', '20…36'],
      ],
    ],
    [
      'one place for a capability that is said twice',
      ours(...eth, ['les', 2, 22]),
      theirs(['eth', 63], ['eth', 62], ['les', 2], ['eth', 63]),
      [
        ['eth/63', '16…32'],
        ['les/2', '33…54'],
      ],
    ],
  ] as const)('gives %s', (_what, protocols, caps, expected) => {
    expect(table(protocols, caps)).toEqual(expected);
  });

  it('gives both sides the same table: disjoint ranges without a gap from 16', () => {
    const name = fc.constantFrom('a', 'b', 'c', 'é', '\u{1F600}', '\uFFFD');
    const protocolOf = fc.record({ name, version: fc.nat(4) });
    const side = fc.uniqueArray(protocolOf, {
      maxLength: 12,
      selector: ({ name, version }) => `${name}/${version}`,
    });
    const seen = { common: 0, lower: 0, none: 0 };
    fc.assert(
      fc.property(
        side,
        side,
        fc.array(fc.nat(20), { minLength: 5, maxLength: 5 }),
        (a, b, lengths) => {
          // A (name, version) has the same length on both sides; else nothing agrees.
          const withLength = (cap: Cap): Protocol =>
            makeProtocol(readAll, { ...cap, length: lengths[cap.version] ?? 0 });
          const [atA, atB] = [a.map(withLength), b.map(withLength)];
          const [tableA, tableB] = [table(atA, b), table(atB, a)];
          expect(tableA).toEqual(tableB);

          let next = 16;
          const matches = matchProtocols(atA, b);
          for (const { protocol, offset } of matches.values()) {
            expect(offset).toBe(next);
            next += protocol.length;
            const common = a.filter((own) => {
              return (
                own.name === protocol.name &&
                b.some((cap) => compareCaps(own, cap) === 0)
              );
            });
            expect(protocol.version).toBe(
              Math.max(...common.map(({ version }) => version)),
            );
            if (common.length > 1) seen.lower++;
          }
          const names = new Set(
            a
              .filter((own) => b.some((cap) => compareCaps(own, cap) === 0))
              .map((cap) => cap.name),
          );
          expect(new Set(matches.keys())).toEqual(names);
          if (names.size > 0) seen.common++;
          else seen.none++;
        },
      ),
      { seed: 9, numRuns: 2_000 },
    );
    for (const times of Object.values(seen)) expect(times).toBeGreaterThan(0);
  });

  it('leaves the caps that it is given in their order', () => {
    const caps = theirs(['b', 1], ['a', 1]);
    matchProtocols(ours(['a', 1, 1]), caps);
    expect(caps).toEqual(theirs(['b', 1], ['a', 1]));
  });
});

describe('compareCaps', () => {
  it('orders names by their bytes in UTF-8, as Go does', () => {
    const names = ['\u{1F600}', '\uFFFD', 'é', 'z', 'Z', 'zz', ''];
    const sorted = theirs(...names.map((name) => [name, 1] as const)).sort(compareCaps);
    const byBytes = names.toSorted((a, b) => Buffer.compare(utf8(a), utf8(b)));
    expect(sorted.map(({ name }) => name)).toEqual(byBytes);
  });

  it('orders versions of a name as numbers', () => {
    const sorted = theirs(['a', 10], ['a', 9], ['a', 100]).sort(compareCaps);
    expect(sorted.map(({ version }) => version)).toEqual([9, 10, 100]);
  });
});

describe('countMatchingProtocols', () => {
  it('counts pairs of name and version that both have', () => {
    const caps = theirs(['eth', 62], ['eth', 63], ['les', 2]);
    expect(countMatchingProtocols(ours(...eth), caps)).toBe(2);
    expect(countMatchingProtocols(ours(['eth', 61, 9]), caps)).toBe(0);
  });
});

/** A ProtoRW whose transport writes into a channel. */
function looseRW(length = 2): {
  rw: ProtoRW;
  wire: Chan<Msg>;
  link: ConstructorParameters<typeof ProtoRW>[1];
} {
  const wire = new Chan<Msg>('wire', 8);
  const link = {
    closed: new Done('closed'),
    writeStart: new Chan<undefined>('writeStart', 1),
    writeErr: new Chan<Error | undefined>('writeErr', 1),
    writer: { writeMsg: (msg: Msg) => wire.send(msg) },
  };
  const [protocol] = ours(['a', 1, length]);
  if (protocol === undefined) throw new Error('no protocol');
  return { rw: new ProtoRW({ protocol, offset: 20 }, link), wire, link };
}

describe('ProtoRW.covers', () => {
  it('says yes from the offset to the last code, and to no other', () => {
    const { rw } = looseRW(2);
    expect([19, 20, 21, 22].map((code) => rw.covers(code))).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  it('says no to every code for a protocol without messages', () => {
    const { rw } = looseRW(0);
    expect([19, 20, 21].map((code) => rw.covers(code))).toEqual([false, false, false]);
  });
});

describe('ProtoRW.readMsg', () => {
  it('gives the message under the code of the protocol', () =>
    run(async () => {
      const { rw } = looseRW();
      rw.in.trySend(newMsg(21, Uint8Array.of(0xc0)));
      const reading = rw.readMsg();
      expect(rw.in.trySend(newMsg(21, Uint8Array.of(0xc1, 5)))).toBe(true);
      const msg = await reading;
      expect([msg.code, msg.size, [...msg.payload]]).toEqual([1, 2, [0xc1, 5]]);
    }));

  it('does not touch a payload that nobody has asked for', () =>
    run(async () => {
      const { rw } = looseRW();
      const reading = rw.readMsg();
      rw.in.trySend({
        code: 20,
        size: 10_485_761,
        get payload(): Uint8Array {
          throw new Error('the payload was decompressed');
        },
      });
      expect((await reading).size).toBe(10_485_761);
    }));

  it('hands on how a large payload is unpacked, and that a small one is not', () =>
    run(async () => {
      const { rw } = looseRW();
      let asked = 0;
      const large = newMsg(20, Uint8Array.of(0xc0));
      const unpack = (): Promise<void> => Promise.resolve(void (asked += 1));
      for (const [msg, expected] of [
        [Object.assign(large, { unpack }), 1],
        [newMsg(20, Uint8Array.of(0xc0)), 0],
      ] as const) {
        const reading = rw.readMsg();
        rw.in.trySend(msg);
        await (await reading).unpack?.();
        expect(asked).toBe(expected);
        asked = 0;
      }
    }));

  it('throws EndOfStream when the peer closes', () =>
    run(async () => {
      const { rw, link } = looseRW();
      link.closed.close();
      expect(await failureOf(rw.readMsg())).toBeInstanceOf(EndOfStream);
    }));
});

describe('ProtoRW.writeMsg', () => {
  // geth: TestPeerProtoEncodeMsg
  it('adds the offset, and reports the write', () =>
    run(async () => {
      const { rw, wire, link } = looseRW();
      link.writeStart.trySend(undefined);
      await rw.writeMsg(newMsg(1, utf8('foo')));
      expect((await wire.recv()).code).toBe(21);
      expect(link.writeErr.tryRecv()).toEqual({ value: undefined });
      expect(link.writeStart.length).toBe(0);
    }));

  it('refuses a code that the protocol does not have, and leaves the token', () =>
    run(async () => {
      const { rw, wire, link } = looseRW();
      link.writeStart.trySend(undefined);
      const error = await failureOf(rw.writeMsg(newMsg(2, utf8('foo'))));
      expect(error).toBeInstanceOf(PeerError);
      expect(error).toMatchObject({ code: 'invalid-msg-code' });
      expect(String(error)).toContain('invalid message code: not handled');
      expect([wire.length, link.writeErr.length, link.writeStart.length]).toEqual([
        0, 0, 1,
      ]);
    }));

  it('throws ShuttingDown when the peer closes before the token is free', () =>
    run(async () => {
      const { rw, wire, link } = looseRW();
      link.closed.close();
      expect(await failureOf(rw.writeMsg(newMsg(0, utf8('foo'))))).toBeInstanceOf(
        ShuttingDown,
      );
      expect(wire.length).toBe(0);
    }));
});
