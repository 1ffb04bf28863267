import { describe, expect, it } from 'vitest';
import { fromHex, toHex, utf8 } from '#impl/bytes.ts';
import type { ProtoHandshake } from '#impl/p2p/conn.ts';
import { newMsg, type Msg } from '#impl/p2p/message.ts';
import { DiscError, PeerError } from '#impl/p2p/peer-error.ts';
import { HandshakeError } from '#impl/p2p/rlpx/errors.ts';
import { encode, type RlpValue } from '#impl/rlp/encode.ts';
import { RlpError } from '#impl/rlp/errors.ts';
import { Prng } from '#impl/sim/prng.ts';
import { encodeHello, readHello } from './exercise.ts';

const id = new Prng('E06').bytes(64);
const zeros = new Uint8Array(64);

const hello: ProtoHandshake = {
  version: 5,
  name: 'script',
  caps: [{ name: 'eth', version: 63 }],
  listenPort: 0,
  id,
};
/** Field by field, as it is on the wire. */
const golden = `f8520586736372697074c6c5836574683f80b840${toHex(id)}`;

/** A Hello's payload from its elements; those that are not given are good ones. */
function payloadOf(
  parts: {
    readonly version?: RlpValue;
    readonly name?: RlpValue;
    readonly caps?: RlpValue;
    readonly port?: RlpValue;
    readonly id?: RlpValue;
    readonly tail?: readonly RlpValue[];
  } = {},
): Uint8Array {
  const { version = 5, name = utf8('script'), port = 0, tail = [] } = parts;
  const caps = parts.caps ?? [[utf8('eth'), 63]];
  return encode([version, name, caps, port, parts.id ?? id, ...tail]);
}

const asHello = (payload: Uint8Array): Msg => newMsg(0, payload);

/** In words, so that a message can be compared. */
function said({ version, name, caps, listenPort, id: its }: ProtoHandshake): string {
  const list = caps.map((cap) => `${cap.name}/${cap.version}`).join(' ');
  return `version ${version}, name “${name}”, caps ${list || 'none'}, port ${listenPort}, id ${toHex(its)}`;
}

/** As `said`, of what the reader's function gave. */
function made(found: unknown): string {
  const { caps, id } = (found ?? {}) as Partial<ProtoHandshake>; // checked in the next line
  if (!Array.isArray(caps) || !(id instanceof Uint8Array)) {
    return 'something else than a Hello with its capabilities and its id';
  }
  return said(found as ProtoHandshake); // the rest is shown as it is
}

/** The payload that the reader's function gave. */
function encoded(its: ProtoHandshake): Uint8Array {
  const found: unknown = encodeHello(its);
  if (!(found instanceof Uint8Array)) expect.fail('`encodeHello` gave back no bytes');
  return found;
}

/** What becomes of a first message. */
function outcome(msg: Msg): string {
  try {
    return made(readHello(msg));
  } catch (error) {
    if (error instanceof DiscError) return `DiscError ${error.reason}`;
    if (error instanceof PeerError) return `PeerError ${error.code}`;
    if (error instanceof HandshakeError) return `HandshakeError ${error.code}`;
    if (error instanceof RlpError) return `RlpError ${error.code}`;
    throw error;
  }
}

const idOf = (length: number): Uint8Array =>
  payloadOf({ id: new Uint8Array(length).fill(7) });

const invalid = 'PeerError invalid-msg';

describe('encodeHello', () => {
  it('writes the five fields in their order, each with its header', () => {
    expect(toHex(encoded(hello)), 'the payload').toBe(golden);
  });

  it('writes every capability, in the order in which it got them', () => {
    const caps = [
      { name: 'les', version: 2 },
      { name: 'eth', version: 63 },
      { name: 'eth', version: 62 },
    ];
    const pairs = caps.map(({ name, version }) => [utf8(name), version]);
    expect(
      toHex(encoded({ ...hello, caps })),
      'the payload with les/2, eth/63 and eth/62, in this order',
    ).toBe(toHex(payloadOf({ caps: pairs })));
    expect(
      toHex(encoded({ ...hello, caps: [] })),
      'the payload without capabilities',
    ).toBe(toHex(payloadOf({ caps: [] })));
  });

  it('writes names in UTF-8, and a number without leading zeros', () => {
    expect(
      toHex(encoded({ ...hello, name: 'güte' })),
      'the payload with the name “güte”',
    ).toBe(toHex(payloadOf({ name: utf8('güte') })));
    expect(
      toHex(encoded({ ...hello, listenPort: 30_303 })),
      'the payload with the port 30303',
    ).toBe(toHex(payloadOf({ port: 30_303 })));
  });
});

describe('readHello', () => {
  it('reads the five fields of a Hello', () => {
    const found = outcome(asHello(fromHex(golden)));
    expect(found, 'what `readHello` made of it').toBe(said(hello));
  });

  it.each([
    ['every version of a name', 'eth/62 eth/63'],
    ['a version 0', 'eth/0'],
    ['one that is said twice', 'eth/63 eth/63'],
    ['in the order in which they come', 'shh/6 les/2 eth/63'],
    [
      'names with any letters, with a blank, or with none',
      'Eth/63 ü/1 eth\u00a0/63 /1',
    ],
  ])('reads capabilities as they are said: %s', (_, text) => {
    const caps = text.split(' ').map((cap) => {
      const [name = '', version] = cap.split('/');
      return { name, version: Number(version) };
    });
    const pairs = caps.map(({ name, version }) => [utf8(name), version]);
    const found = outcome(asHello(payloadOf({ caps: pairs })));
    expect(found, `${text} came; what \`readHello\` made of it`).toBe(
      said({ ...hello, caps }),
    );
  });

  it('reads what encodeHello writes', () => {
    const random = new Prng('E06 any Hello');
    for (let n = 0; n < 100; n++) {
      const caps = Array.from({ length: random.below(6) }, (_, at) => {
        return { name: `p${at}`, version: random.below(300) };
      });
      const some: ProtoHandshake = {
        ...{ version: random.below(10), name: 'ü'.repeat(random.below(90)), caps },
        ...{ listenPort: random.below(65_536), id: random.bytes(64) },
      };
      const payload = encoded(some);
      expect(
        outcome(asHello(payload)),
        `\`encodeHello\` wrote ${toHex(payload)}; what \`readHello\` made of it`,
      ).toBe(said(some));
    }
  });

  it.each([
    ['one field more', [utf8('UTC+8')]],
    ['a list and a number more', [[1, [2, 3]], 4]],
    ['twenty fields more', Array.from({ length: 20 }, (_, n) => n)],
  ] as const)('takes a Hello of next year: %s', (_, tail) => {
    const payload = payloadOf({ tail });
    expect(
      outcome(asHello(payload)),
      `${toHex(payload)} came; what \`readHello\` made of it`,
    ).toBe(said(hello));
  });

  it('keeps the fields that it does not know out of what it returns', () => {
    const found = readHello(asHello(payloadOf({ tail: [1, 2] })));
    const keys = ['caps', 'id', 'listenPort', 'name', 'version'];
    expect(Object.keys(found).sort(), 'the fields of the result').toEqual(keys);
    expect(
      found.caps.map((cap) => Object.keys(cap).sort().join()),
      'the fields of its capabilities',
    ).toEqual(['name,version']);
  });

  it('does not look at bytes behind the list', () => {
    const payload = fromHex(`${golden}ffffff`);
    expect(
      outcome(asHello(payload)),
      'ffffff lies behind the list; what `readHello` made of it',
    ).toBe(said(hello));
  });

  it('refuses no version', () => {
    for (const version of [0, 1, 4, 6, 99]) {
      const found = outcome(asHello(payloadOf({ version })));
      expect(found, `of version ${version}`).toBe(said({ ...hello, version }));
    }
  });

  it.each<readonly [string, readonly Uint8Array[]]>([
    ['a list that ends before the id', [encode([5, utf8('script'), [], 0])]],
    ['an id that has not 64 bytes', [63, 65].map((length) => idOf(length))],
    ['no list, or a part of one', ['', '05', 'c0', golden.slice(0, -2)].map(fromHex)],
    ['a list for a number', [payloadOf({ version: [5] })]],
    ['a number with a leading zero', [payloadOf({ port: Uint8Array.of(0) })]],
    ['a string for the capabilities', [payloadOf({ caps: utf8('eth') })]],
    [
      'a capability that is no list of two',
      [utf8('eth/63'), [utf8('eth')]].map((cap) => payloadOf({ caps: [cap] })),
    ],
  ])('refuses as an invalid message what is no Hello: %s', (_, payloads) => {
    for (const payload of payloads) {
      expect(outcome(asHello(payload)), `of ${toHex(payload) || 'no bytes'}`).toBe(
        invalid,
      );
    }
  });

  it('lets no capability grow: one of three elements is refused', () => {
    const caps = [[utf8('eth'), 63, 1]];
    expect(
      outcome(asHello(payloadOf({ caps }))),
      'eth, 63 and 1 in one capability; what `readHello` made of it',
    ).toBe(invalid);
  });

  it('takes 2,048 bytes, and refuses 2,049 without a look at the payload', () => {
    const tail = (length: number): Uint8Array =>
      payloadOf({ tail: [new Uint8Array(length)] });
    const most = tail(2048 - tail(1900).length + 1900);
    expect(most.length).toBe(2048);
    expect(outcome(asHello(most)), 'of 2,048 bytes').toBe(said(hello));
    const larger: Msg = {
      ...{ code: 0, size: 2049 },
      get payload(): Uint8Array {
        throw new Error('the payload was looked at, though the size was known');
      },
    };
    expect(outcome(larger), 'of 2,049 bytes').toBe('HandshakeError too-big');
  });

  it('asks for the size first, whatever the message is', () => {
    for (const code of [0, 1, 2, 16]) {
      const found = outcome(newMsg(code, new Uint8Array(2049)));
      expect(found, `of message ${code} with 2,049 bytes`).toBe(
        'HandshakeError too-big',
      );
    }
  });

  it('hears the reason of a Disconnect that comes instead, as a list or bare', () => {
    const [listed, bare] = ['c104', '05'].map((hex) =>
      outcome(newMsg(1, fromHex(hex))),
    );
    expect(listed, 'message 1 with c104: what `readHello` made of it').toBe(
      'DiscError 4',
    );
    expect(bare, 'message 1 with 05: what `readHello` made of it').toBe('DiscError 5');
  });

  it('refuses every other message, even if a good Hello is in it', () => {
    for (const code of [2, 3, 16]) {
      const found = outcome(newMsg(code, fromHex(golden)));
      expect(found, `of message ${code}`).toBe('HandshakeError not-hello');
    }
  });

  it('refuses an id of zeros with reason 7, and no other id', () => {
    const refused = outcome(asHello(payloadOf({ id: zeros })));
    expect(refused, 'of an id of zeros').toBe('DiscError 7');
    for (const at of [0, 63]) {
      const nearly = zeros.with(at, 1);
      const found = outcome(asHello(payloadOf({ id: nearly })));
      expect(found, 'of an id with one bit').toBe(said({ ...hello, id: nearly }));
    }
  });

  it('asks for the id of zeros last: what is no Hello is an invalid message', () => {
    const payload = payloadOf({ id: zeros, version: [5] });
    expect(outcome(asHello(payload)), 'of a list for the version, and zeros').toBe(
      invalid,
    );
  });
});
