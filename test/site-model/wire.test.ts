/** The byte strings of the wire page: every byte has a name and a text. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { explain, UnexplainedByte, wireSamples } from '../../.vitepress/data/wire.ts';
import { fromHex, toHex } from '../../impl/bytes.ts';
import { encodeHello } from '../../impl/p2p/rlpx/hello.ts';
import { helloFields, type FieldSpan } from '../../impl/p2p/rlpx/layout.ts';
import { unpackPayload } from '../../impl/p2p/rlpx/payload.ts';
import { repoDir } from '../site/build.ts';

// `npm run record` makes it, and every build.
const isRecorded = ['meet', 'sorts-five'].every((run) =>
  existsSync(join(repoDir, 'docs', 'traces', `${run}.jsonl`)),
);

describe.skipIf(!isRecorded)('wireSamples', () => {
  it('holds the bytes that the worked example of RLP names', () => {
    const sample = wireSamples(repoDir)['get-headers'];
    const firstBytes = sample?.fields.map(({ start }) =>
      sample.hex.slice(2 * start, 2 * start + 2),
    );
    expect(firstBytes?.filter((_, index) => index !== 2)).toEqual([
      'e4',
      'a0',
      '01',
      '80',
      '80',
    ]);
    expect(sample?.fields[0]?.prose).toContain('a list begins, 36 bytes long');
    expect(sample?.fields[1]?.prose).toBe('RLP: a string of 32 bytes follows.');
  });

  it('holds the body of the frame with the Status: code 16, then the packed payload', () => {
    const { 'status-body': body, status } = wireSamples(repoDir);
    expect(body?.fields.map(({ field, start, end }) => [field, end - start])).toEqual([
      ['body.code', 1],
      ['body.payload', (body?.hex.length ?? 0) / 2 - 1],
    ]);
    const data = fromHex(body?.hex.slice(2) ?? '');
    expect(body?.hex.slice(0, 2)).toBe('10');
    expect(toHex(unpackPayload({ code: 16, data }, true).payload)).toBe(status?.hex);
  });

  it('holds the body of a Ping: code 2, then an empty list, packed', () => {
    const { 'ping-body': body } = wireSamples(repoDir);
    expect(body?.hex).toBe('020100c0');
    expect(body?.fields.map(({ field, start }) => [field, start])).toEqual([
      ['body.code', 0],
      ['body.payload', 1],
    ]);
  });
});

describe.skipIf(!isRecorded)('the messages of chapter 7', () => {
  it('are a code and an empty list, or a list with the reason', () => {
    const samples = wireSamples(repoDir);
    const hex = (name: string): string | undefined => samples[name]?.hex;
    expect(hex('ping-body')).toBe('020100c0');
    expect(hex('pong-body')).toBe('030100c0');
    expect(hex('disconnect-body')).toBe('010204c104');
    expect(hex('disconnect-4')).toBe('c104');
  });
});

describe('explain', () => {
  const bytes = encodeHello({
    version: 5,
    name: 'x',
    caps: [],
    listenPort: 0,
    id: new Uint8Array(64).fill(1),
  });
  const hex = toHex(bytes);
  const spans = helloFields(bytes);

  it('names every byte of a Hello', () => {
    const { fields } = explain('hello', hex, helloFields);
    expect(fields.at(-1)?.end).toBe(bytes.length);
    expect(fields.every(({ prose }) => prose.length > 0)).toBe(true);
  });

  function refused(change: (spans: FieldSpan[]) => void): () => unknown {
    const changed = spans.map((span) => ({ ...span }));
    change(changed);
    return () => explain('hello', hex, () => changed);
  }

  it('refuses a byte between two fields, and one after the last', () => {
    expect(refused((all) => all.splice(1, 1))).toThrow(UnexplainedByte);
    expect(refused((all) => all.pop())).toThrow(UnexplainedByte);
  });

  it('refuses a field without a text, and a length that is none', () => {
    expect(
      refused((all) => {
        all[1] = { ...all[1], field: 'hello.shoe-size' } as FieldSpan;
      }),
    ).toThrow('no text for hello.shoe-size');
    expect(
      refused((all) => {
        all[0] = { ...all[0], field: 'hello.name.length' } as FieldSpan;
      }),
    ).toThrow('is not what stands there');
  });
});
