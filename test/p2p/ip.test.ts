import { isIP } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contains, hostOf, isLocal, parseCidr, parseIP } from '../../impl/p2p/ip.ts';

const bytesOf = (text: string): number[] | undefined => {
  const ip = parseIP(text);
  return ip && [...ip];
};

describe('parseIP', () => {
  it('reads IPv4', () => {
    expect(bytesOf('1.2.3.4')).toEqual([1, 2, 3, 4]);
    expect(bytesOf('255.255.255.255')).toEqual([255, 255, 255, 255]);
  });

  it('reads IPv6, short and long, in any case', () => {
    expect(bytesOf('::')).toEqual(Array(16).fill(0));
    expect(bytesOf('::1')?.[15]).toBe(1);
    expect(bytesOf('2001:DB8::ff00')).toEqual([
      0x20,
      1,
      0x0d,
      0xb8,
      ...Array<number>(10).fill(0),
      0xff,
      0,
    ]);
    expect(bytesOf('1:2:3:4:5:6:7:8')).toEqual([
      0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8,
    ]);
    expect(bytesOf('1:2:3:4:5:6:7::')?.slice(12)).toEqual([0, 7, 0, 0]);
    expect(bytesOf('fe80::1%eth0')?.slice(0, 2)).toEqual([0xfe, 0x80]);
  });

  it('reads an IPv4 address inside IPv6 as IPv4', () => {
    expect(bytesOf('::ffff:10.0.0.1')).toEqual([10, 0, 0, 1]);
    expect(bytesOf('::FFFF:10.0.0.1')).toEqual([10, 0, 0, 1]);
    expect(bytesOf('::ffff:a00:1')).toEqual([10, 0, 0, 1]);
    expect(bytesOf('0:0:0:0:0:FFFF:0a00:0001')).toEqual([10, 0, 0, 1]);
    expect(bytesOf('::fffe:a00:1')).toHaveLength(16);
  });

  it.each([
    '',
    '1.2.3',
    '1.2.3.4.5',
    '256.1.1.1',
    '1.2.3.',
    '1.2.3.x',
    '0x1.2.3.4',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7:8::',
    '12345::',
    'g::',
    'localhost',
    '1.2.3.4:80',
    '::1.2.3',
    '::1.2.3.4.5',
    '::1.2.3.256',
  ])('refuses %j', (text) => {
    expect(parseIP(text)).toBeUndefined();
  });

  it('agrees with Node on what an address is', () => {
    const seen = { yes: 0, no: 0 };
    const digit = fc.constantFrom(
      '0',
      '1',
      'f',
      '25',
      '255',
      '256',
      'ffff',
      '::',
      ':',
      '.',
      '',
    );
    const text = fc.oneof(
      fc.ipV4(),
      fc.ipV6(),
      fc.array(digit, { maxLength: 16 }).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(text, (address) => {
        // Not read here: IPv4 in dotted form inside another IPv6 than ::ffff:0:0/96.
        fc.pre(!(address.includes(':') && address.includes('.')));
        // Node refuses 01 in IPv4; whoever says an address says it as the kernel does.
        fc.pre(!/(^|\.)0\d/.test(address));
        const known = isIP(address) !== 0;
        seen[known ? 'yes' : 'no']++;
        expect(parseIP(address) !== undefined, address).toBe(known);
      }),
      { seed: 4, numRuns: 3_000 },
    );
    expect(Math.min(seen.yes, seen.no)).toBeGreaterThan(100);
  });
});

describe('parseCidr', () => {
  it.each([
    '10.0.0.0/33',
    '10.0.0.0',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '/8',
    '10.0.0/8',
    '::/129',
    '10.0.0.0/-1',
    '10.0.0.0/8x',
    '10.0.0.0/1000',
    '10.0.0.0/0x8',
  ])('refuses %j', (text) => {
    expect(parseCidr(text)).toBeUndefined();
  });

  it('reads ranges of both kinds', () => {
    expect(parseCidr('10.0.0.0/8')).toEqual({
      prefix: Uint8Array.of(10, 0, 0, 0),
      bits: 8,
    });
    expect(parseCidr('::/0')).toEqual({ prefix: new Uint8Array(16), bits: 0 });
  });
});

describe('contains', () => {
  const holds = (range: string, address: string): boolean => {
    const [cidr, ip] = [parseCidr(range), parseIP(address)];
    if (cidr === undefined || ip === undefined) throw new Error('bad test');
    return contains(cidr, ip);
  };

  it('compares as many bits as the range says', () => {
    expect(holds('10.0.0.0/8', '10.255.1.2')).toBe(true);
    expect(holds('10.0.0.0/8', '11.0.0.0')).toBe(false);
    expect(holds('192.168.1.128/25', '192.168.1.255')).toBe(true);
    expect(holds('192.168.1.128/25', '192.168.1.127')).toBe(false);
    expect(holds('172.16.0.0/12', '172.31.255.255')).toBe(true);
    expect(holds('172.16.0.0/12', '172.32.0.0')).toBe(false);
    expect(holds('1.2.3.4/32', '1.2.3.4')).toBe(true);
    expect(holds('1.2.3.4/32', '1.2.3.5')).toBe(false);
    expect(holds('0.0.0.0/0', '200.1.1.1')).toBe(true);
  });

  it('never holds an address of the other kind', () => {
    expect(holds('0.0.0.0/0', '::1')).toBe(false);
    expect(holds('::/0', '1.2.3.4')).toBe(false);
  });
});

describe('isLocal', () => {
  it('knows loopback, private and link-local addresses', () => {
    const local = (text: string): boolean => isLocal(parseIP(text) ?? new Uint8Array());
    expect(
      [
        '127.0.0.1',
        '10.1.1.1',
        '172.16.0.1',
        '192.168.0.1',
        '169.254.1.1',
        '::1',
        'fd12::1',
        'fe80::1',
      ].map(local),
    ).toEqual(Array(8).fill(true));
    expect(
      [
        '8.8.8.8',
        '126.0.0.1',
        '172.15.0.1',
        '192.167.0.1',
        '2001:db8::1',
        'fe00::1',
      ].map(local),
    ).toEqual(Array(6).fill(false));
  });
});

describe('hostOf', () => {
  it('takes the port and the brackets away', () => {
    expect(hostOf('1.2.3.4:30303')).toBe('1.2.3.4');
    expect(hostOf('[2001:db8::1]:30303')).toBe('2001:db8::1');
    expect(hostOf('[::1]:1')).toBe('::1');
  });
});
