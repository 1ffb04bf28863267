/** What a field of a message says when it is read. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { traceFile } from '../../.vitepress/build/trace-file.ts';
import { fieldText, fieldValue } from '../../.vitepress/lab/field-text.ts';
import { traceFields } from '../../.vitepress/lab/fields.ts';
import { fromHex, utf8 } from '../../impl/bytes.ts';
import { readTrace } from '../../impl/csp/trace.ts';
import { repoDir } from '../site/build.ts';

describe('fieldValue', () => {
  it.each([
    ['hello.version', '05', '5'],
    ['hello.listen-port', '80', '0'],
    ['status.td', '020000', '131,072'],
    ['get-headers.origin', '80', '0'],
    ['get-headers.reverse', '01', '1'],
    ['disconnect.reason', '10', '16, “subprotocol error”'],
    ['header.time', '59c3b3d0', '1505997776: 2017-09-21 12:42:56 UTC'],
    ['header.bloom', '00'.repeat(256), '256 × 00'],
    ['header.coinbase', '0a'.repeat(20), `0x${'0a'.repeat(20)}`],
    ['auth.signature', 'ab'.repeat(65), `0x${'ab'.repeat(32)}…`],
  ])('reads %s %s as %s', (field, hex, value) => {
    expect(fieldValue(field, fromHex(hex))).toBe(value);
  });

  it('reads a name as text', () => {
    expect(fieldValue('hello.name', utf8('geth/x'))).toBe('“geth/x”');
  });

  it('leaves to its sentence what only announces', () => {
    expect(fieldValue('hello.list', fromHex('f85c'))).toBeUndefined();
    expect(fieldValue('hello.name.length', fromHex('8a'))).toBeUndefined();
  });
});

const names = ['meet', 'second-status'];
// `npm run record` makes them, and every build.
const recorded = names.every((name) => existsSync(traceFile(repoDir, name)));

describe.skipIf(!recorded)('fieldText', () => {
  it.each(names)('has a sentence for every field of every message of %s', (name) => {
    const trace = readTrace(readFileSync(traceFile(repoDir, name), 'utf8'));
    let fields = 0;
    for (const [step, spans] of Object.entries(traceFields(trace))) {
      const bytes = fromHex(trace.bytes[trace.events[Number(step)]?.b ?? -1] ?? '');
      let start = 0;
      for (const [end, field] of spans) {
        expect(fieldText({ field, start, end }, bytes), field).toBeTruthy();
        start = end;
        fields += 1;
      }
    }
    expect(fields).toBeGreaterThan(20);
  });
});
