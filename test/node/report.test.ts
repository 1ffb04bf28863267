import { describe, expect, it } from 'vitest';
import {
  clean,
  jsonLine,
  prettyLine,
  reporter,
  type NodeEvent,
} from '../../impl/node/report.ts';

const peer = 'ab'.repeat(64);
/** Clears a terminal, by ESC and by the one-character CSI, and turns text around. */
const hostile = '\u001b[2J\u009b2J\u202etxt\nnext\u2028';
const steering = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/;

const events: readonly NodeEvent[] = [
  { type: 'listening', enode: 'enode://ab@127.0.0.1:1', port: 1 },
  {
    type: 'peer-add',
    peer,
    name: hostile,
    caps: [hostile, ...new Array<string>(600).fill('eth/63')],
    inbound: true,
    remote: '127.0.0.1:40404',
  },
  {
    type: 'status',
    peer,
    version: 63,
    networkId: 2n ** 64n - 1n,
    td: 2n ** 53n,
    head: 'cd'.repeat(32),
    genesis: 'ef'.repeat(32),
  },
  { type: 'msg-send', peer, protocol: 'eth', code: 3, size: 9 },
  { type: 'msg-recv', peer, protocol: 'eth', code: 4, size: 540 },
  { type: 'head', number: 63n, hash: 'cd'.repeat(32), td: 8_514_065n },
  { type: 'tx', hash: 'cd'.repeat(32), from: 'ab'.repeat(20) },
  {
    type: 'peer-drop',
    peer,
    reason: 'subprotocol error',
    code: 16,
    remoteRequested: false,
    error: hostile.repeat(100),
  },
  { type: 'dial-error', enode: `enode://${peer}@h:1`, error: hostile },
  { type: 'stopped' },
];

describe('jsonLine', () => {
  it.each(events)('makes one line of JSON of $type, all fields in it', (event) => {
    const line = jsonLine(7, event);
    expect(line).not.toMatch(steering);
    const read = JSON.parse(line) as Record<string, unknown>;
    expect(Object.keys(read)).toEqual(['t', ...Object.keys(event)]);
    if (event.type === 'peer-add') expect(read['name']).toBe(hostile);
  });

  it('writes a total difficulty as text, small or large', () => {
    const small = jsonLine(0, { type: 'head', number: 1n, hash: 'ab', td: 2n });
    const large = jsonLine(0, { type: 'head', number: 1n, hash: 'ab', td: 2n ** 70n });
    expect([small, large]).toEqual([
      '{"t":0,"type":"head","number":1,"hash":"ab","td":"2"}',
      '{"t":0,"type":"head","number":1,"hash":"ab","td":"1180591620717411303424"}',
    ]);
  });

  it('writes integers exactly: as numbers, or above 2^53 − 1 as text', () => {
    const read = JSON.parse(jsonLine(0, events[2] ?? { type: 'stopped' })) as unknown;
    expect(read).toMatchObject({
      networkId: '18446744073709551615',
      td: '9007199254740992',
    });
  });
});

describe('prettyLine', () => {
  it.each(events)('makes one short, harmless line of $type', (event) => {
    const line = prettyLine(1234.5, event);
    expect(line).toMatch(/^ {4}1\.23\d {2}/);
    expect(line).not.toMatch(steering);
    expect(line.length).toBeLessThan(400);
  });
});

describe('clean', () => {
  it('shows what is printable as it is, and the rest by its number', () => {
    expect(clean('Geth/v1.8.12')).toBe('Geth/v1.8.12');
    expect(clean('a\u001b[31m')).toBe('a\\u001b[31m');
    expect(clean('é 日本 🦊')).toBe('é 日本 🦊');
  });

  it('cuts between characters', () => {
    expect(clean('🦊'.repeat(30), 3)).toBe('🦊🦊🦊…');
  });
});

describe('reporter', () => {
  it('writes a line for each event, and none with "none"', () => {
    const lines: string[] = [];
    const write = (line: string): void => {
      lines.push(line);
    };
    for (const format of ['json', 'pretty', 'none'] as const) {
      reporter(format, () => 3.4, write)({ type: 'stopped' });
    }
    expect(lines).toEqual(['{"t":3,"type":"stopped"}\n', '    0.003  stopped\n']);
  });
});
