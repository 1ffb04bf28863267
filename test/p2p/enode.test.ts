import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { initCrypto, publicKey } from '#crypto';
import { toHex } from '../../impl/bytes.ts';
import {
  EnodeError,
  enodeURL,
  hostPort,
  nodeIDOf,
  parseEnode,
  parseNodeID,
} from '../../impl/p2p/enode.ts';

let id = '';
beforeAll(async () => {
  await initCrypto();
  id = toHex(publicKey(new Uint8Array(32).fill(7)));
});

/** The code of the EnodeError that `parse` throws. */
function refusal(parse: () => unknown): string {
  try {
    parse();
  } catch (error) {
    if (error instanceof EnodeError) return error.code;
    throw error;
  }
  return 'accepted';
}

/** As long as a name may be. */
const longest = `${'a.'.repeat(126)}b`;

describe('parseEnode', () => {
  it('reads a host name, IPv4 and IPv6', () => {
    for (const [text, host] of [
      ['127.0.0.1', '127.0.0.1'],
      ['[::1]', '::1'],
      ['node.example.org', 'node.example.org'],
      // No addresses, although digits begin or end them.
      ['node1', 'node1'],
      ['2nd.example.org', '2nd.example.org'],
      ['node.4you', 'node.4you'],
      ['node.example.org.', 'node.example.org.'],
      [longest, longest],
    ]) {
      expect(parseEnode(`enode://${id}@${text}:30303`)).toEqual({
        id,
        host,
        port: 30_303,
      });
    }
  });

  it('reads the first and the last port', () => {
    expect(parseEnode(`enode://${id}@h:1`).port).toBe(1);
    expect(parseEnode(`enode://${id}@h:65535?discport=65535`).port).toBe(65_535);
  });

  it('reads an id in capitals, and gives it in small letters', () => {
    expect(parseEnode(`enode://${id.toUpperCase()}@h:1`).id).toBe(id);
  });

  it('ignores the port of a discovery that it does not do', () => {
    expect(parseEnode(`enode://${id}@10.0.0.1:30303?discport=0`).port).toBe(30_303);
    expect(parseEnode(`enode://${id}@10.0.0.1:30303?discport=30301`).port).toBe(30_303);
  });

  it('reads the spellings that geth reads', () => {
    for (const text of [
      `ENODE://${id}@10.0.0.1:30303`,
      `enode://0x${id}@10.0.0.1:30303`,
      `enode://${id}@10.0.0.1:30303/`,
      `enode://${id}@10.0.0.1:30303/any/path?discport=0#and-more`,
      `enode://${id}@10.0.0.1:0030303?discport=`,
      `enode://${id}@010.000.00.1:30303`,
      `enode://${id}@[10.0.0.1]:30303`,
    ]) {
      expect(parseEnode(text), text).toEqual({ id, host: '10.0.0.1', port: 30_303 });
    }
  });

  it('reads a zone, as it is and as a URL has it, and writes it as a URL has it', () => {
    for (const zone of ['%eth0', '%25eth0']) {
      const node = parseEnode(`enode://${id}@[fe80::1${zone}]:1`);
      expect(node.host).toBe('fe80::1%eth0');
      expect(enodeURL(node)).toBe(`enode://${id}@[fe80::1%25eth0]:1`);
    }
  });

  it('names a host that is none', () => {
    for (const host of [
      ...['300.1.1.1', '1.2.3', '10.0.0.1.5', '4294967295', '1.2.3.0x4.5'],
      ...['-a', 'a-.b', 'a..b', '.a', 'a b', 'b\u00fccher', 'a%41', 'x'.repeat(64)],
      ...[
        '[1.2.3]',
        '[1.2.3.4%a]',
        '[::g]',
        '[1::2::3]',
        '[]',
        '[::1%]',
        '[::1%a b]',
        '[h]',
      ],
      Array(130).fill('a').join('.'),
      `a${longest}`,
    ]) {
      const parse = (): unknown => parseEnode(`enode://${id}@${host}:1`);
      expect(refusal(parse), host).toBe('host');
      const shown = host.length > 64 ? host.slice(0, 60) : host;
      expect(parse, host).toThrow(shown);
    }
  });

  it('says what is wrong', () => {
    const zero = '0'.repeat(128);
    const cases: [string, string][] = [
      [id, 'scheme'],
      [`http://${id}@h:1`, 'scheme'],
      [`xenode://${id}@h:1`, 'scheme'],
      [`enode://${id}`, 'host'],
      [`enode://${id}@h`, 'host'],
      [`enode://${id}@:1`, 'host'],
      [`enode://${id}@::1:1`, 'host'],
      [`enode://${id}@h:x`, 'host'],
      [`enode://${id}@h:1 `, 'host'],
      [`enode://${id}@h:0`, 'port'],
      [`enode://${id}@h:65536`, 'port'],
      [`enode://${id}@h:99999`, 'port'],
      [`enode://${id}@h:1?discport=65536`, 'port'],
      [`enode://${id}@h:1?discport=x`, 'port'],
      [`enode://${id}@h:1?discport=1x`, 'port'],
      [`enode://${id}@h:1?discport=x1`, 'port'],
      [`enode://${id.slice(2)}0x@h:1`, 'id'],
      [`enode://${id}:x@h:1`, 'id'],
      [`enode://${id}@h:+1`, 'host'],
      [`enode://${id.slice(1)}@h:1`, 'id'],
      [`enode://${id}0@h:1`, 'id'],
      [`enode://@h:1`, 'id'],
      [`enode://x${id.slice(1)}@h:1`, 'id'],
      [`enode://${zero}@h:1`, 'point'],
      [`enode://${'f'.repeat(128)}@h:1`, 'point'],
    ];
    for (const [text, code] of cases)
      expect(
        refusal(() => parseEnode(text)),
        text,
      ).toBe(code);
  });

  it('reads what enodeURL writes', () => {
    const host = fc.oneof(fc.ipV4(), fc.ipV6(), fc.domain());
    fc.assert(
      fc.property(host, fc.integer({ min: 1, max: 65_535 }), (name, port) => {
        const node = { id: nodeIDOf(id), host: name, port };
        expect(parseEnode(enodeURL(node))).toEqual(node);
      }),
      { seed: 2, numRuns: 50 },
    );
  });

  it('throws nothing but EnodeError', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((tail) => `http://${tail}`),
          fc.string().map((host) => `enode://${id}@${host}:30303?discport=0`),
          fc.string().map((tail) => `enode://${id}@${tail}`),
        ),
        (text) => {
          refusal(() => parseEnode(text));
        },
      ),
      { seed: 3, numRuns: 500 },
    );
  });
});

describe('parseNodeID', () => {
  it('takes a point of the curve alone', () => {
    expect(parseNodeID(id)).toBe(id);
    expect(refusal(() => parseNodeID(`04${id}`))).toBe('id');
    expect(
      refusal(() => parseNodeID(`${id.slice(0, -1)}${id.endsWith('0') ? '1' : '0'}`)),
    ).toBe('point');
  });
});

describe('hostPort', () => {
  it('puts brackets around IPv6 and nothing else', () => {
    expect(hostPort('::1', 1)).toBe('[::1]:1');
    expect(hostPort('1.2.3.4', 1)).toBe('1.2.3.4:1');
    expect(hostPort('a.b', 65_535)).toBe('a.b:65535');
  });
});
