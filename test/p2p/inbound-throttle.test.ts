import { describe, expect, it } from 'vitest';
import { sleep } from '../../impl/csp/timer.ts';
import { handshakeTimeoutMs } from '../../impl/p2p/base-protocol.ts';
import {
  AcceptRefused,
  inboundHistoryMs,
  InboundThrottle,
} from '../../impl/p2p/inbound-throttle.ts';
import { parseCidr, type Cidr } from '../../impl/p2p/ip.ts';
import { run } from '../helpers/explore.ts';

function cidr(text: string): Cidr {
  const range = parseCidr(text);
  if (range === undefined) throw new Error(`no range: ${text}`);
  return range;
}

describe('AcceptRefused', () => {
  it('says which rule it was', () => {
    expect(new AcceptRefused('too-soon').message).toBe('address came again too soon');
    expect(new AcceptRefused('not-allowed').message).toMatch(/^address is in no /);
  });
});

describe('InboundThrottle.check', () => {
  // H-05
  it('lets a public address in once in 30 s', () =>
    run(async () => {
      const throttle = new InboundThrottle(undefined);
      expect(throttle.check('8.8.8.8:1')).toBeUndefined();
      expect(throttle.check('8.8.8.8:2')).toBe('too-soon');
      expect(throttle.check('8.8.4.4:2')).toBeUndefined();
      await sleep(30_000);
      expect(throttle.check('8.8.8.8:3')).toBe('too-soon');
      await sleep(1);
      expect(throttle.check('8.8.8.8:4')).toBeUndefined();
      expect(throttle.check('8.8.8.8:5')).toBe('too-soon');
    }));

  it('does not begin the 30 s anew with an attempt that it refuses', () =>
    run(async () => {
      const throttle = new InboundThrottle(undefined);
      throttle.check('[2001:db8::1]:1');
      for (let i = 0; i < 3; i++) {
        await sleep(10_000);
        expect(throttle.check('[2001:db8::1]:2')).toBe('too-soon');
      }
      await sleep(1);
      expect(throttle.check('[2001:db8::1]:2')).toBeUndefined();
    }));

  it('has no such rule for addresses of our own network', () =>
    run(async () => {
      const throttle = new InboundThrottle(undefined);
      for (const host of [
        '127.0.0.1',
        '127.9.9.9',
        '10.1.2.3',
        '172.31.0.1',
        '192.168.1.1',
        '169.254.0.9',
        '[::1]',
        '[fe80::1%eth0]',
        '[fd00::1]',
        '[::ffff:127.0.0.1]',
      ]) {
        for (let i = 0; i < 5; i++)
          expect(throttle.check(`${host}:${i}`)).toBeUndefined();
      }
      // Next to those ranges, and outside of them.
      for (const host of [
        '11.0.0.1',
        '172.32.0.1',
        '192.169.0.1',
        '[fec0::1]',
        '[::2]',
      ]) {
        const verdicts = [throttle.check(`${host}:1`), throttle.check(`${host}:2`)];
        expect(verdicts, host).toEqual([undefined, 'too-soon']);
      }
      await sleep(0);
    }));

  it('knows an address however it is written', () =>
    run(async () => {
      const throttle = new InboundThrottle(undefined);
      expect(throttle.check('8.8.8.8:1')).toBeUndefined();
      expect(throttle.check('[::ffff:8.8.8.8]:1')).toBe('too-soon');
      expect(throttle.check('[::FFFF:808:808]:1')).toBe('too-soon');
      expect(throttle.check('[2001:DB8::1]:1')).toBeUndefined();
      expect(throttle.check('[2001:db8:0:0:0:0:0:1]:1')).toBe('too-soon');
      await sleep(0);
    }));

  it('takes all IPv6 addresses of a network of 64 bits for one', () =>
    run(async () => {
      const throttle = new InboundThrottle(undefined);
      expect(throttle.check('[2001:db8:1:2::1]:1')).toBeUndefined();
      expect(throttle.check('[2001:db8:1:2:ffff::9]:1')).toBe('too-soon');
      expect(throttle.check('[2001:db8:1:3::1]:1')).toBeUndefined();
      await sleep(0);
    }));

  it('lets an address begin a handshake only when its last one is long over', () => {
    expect(inboundHistoryMs).toBeGreaterThan(2 * handshakeTimeoutMs);
  });

  it('lets in only the ranges that are allowed, when there are any', () =>
    run(async () => {
      const throttle = new InboundThrottle([
        cidr('10.1.0.0/16'),
        cidr('2001:db8::/32'),
      ]);
      for (const host of [
        '10.1.0.1',
        '10.1.255.255',
        '[2001:db8:ffff::1]',
        '[::ffff:10.1.2.3]',
      ]) {
        expect(throttle.check(`${host}:1`), host).toBeUndefined();
      }
      for (const host of [
        '10.2.0.1',
        '127.0.0.1',
        '[2001:db9::1]',
        '[::1]',
        'a name',
      ]) {
        expect(throttle.check(`${host}:1`), host).toBe('not-allowed');
      }
      await sleep(0);
    }));

  it('lets nobody in if the list is empty', () =>
    run(async () => {
      expect(new InboundThrottle([]).check('127.0.0.1:1')).toBe('not-allowed');
      await sleep(0);
    }));
});
