import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonError, readJson, type JsonValue } from '../../impl/core/json.ts';
import { utf8 } from '../../impl/bytes.ts';
import { atOnce } from '../../impl/csp/slices.ts';

function read(text: string): JsonValue {
  return atOnce(readJson(utf8(text)));
}

/** As `JSON.parse` gives it, except that a list is always empty. */
function plain(value: JsonValue): unknown {
  switch (value.kind) {
    case 'object': {
      const entries = value.entries.map(([name, of]) => [name, plain(of)] as const);
      return Object.fromEntries(entries);
    }
    case 'list':
      return [];
    case 'text':
      return value.text;
    case 'number':
      return Number(value.literal);
    case 'boolean':
      return value.value;
    case 'null':
      return null;
  }
}

function parsed(text: string): unknown {
  return JSON.parse(text, (_, value: unknown) => (Array.isArray(value) ? [] : value));
}

describe('readJson', () => {
  it('reads what JSON.parse reads', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(fc.json({ stringUnit: 'binary' }), fc.boolean(), (json, wide) => {
        const text = wide ? JSON.stringify(JSON.parse(json), undefined, '\t') : json;
        const value = read(text);
        seen.add(value.kind);
        expect(plain(value)).toEqual(parsed(text));
      }),
      { seed: 9, numRuns: 300 },
    );
    expect([...seen].sort()).toEqual(
      ['boolean', 'list', 'null', 'number', 'object', 'text'].sort(),
    );
  });

  it('refuses what JSON.parse refuses, if one character is changed', () => {
    const from = '{"a": [1, -2.5e3, "\\u00e9\\\\", {"b": null}], "c": true}';
    let refused = 0;
    for (let at = 0; at < from.length - 1; at++) {
      for (const char of '"\\{}[]:,0-x \n\u0001') {
        const text = from.slice(0, at) + char + from.slice(at + 1);
        let ours: unknown;
        try {
          ours = plain(read(text));
        } catch (error) {
          expect(error).toBeInstanceOf(JsonError);
        }
        let theirs: unknown;
        try {
          theirs = parsed(text);
        } catch {
          refused++;
        }
        // What comes after the first value is not looked at.
        if (theirs !== undefined || !isFollowed(text))
          expect(ours, text).toEqual(theirs);
      }
    }
    expect(refused).toBeGreaterThan(200);
  });

  it('keeps numbers as they are written, and names that stand twice', () => {
    const value = read('{"a": 9007199254740993, "a": 1.0}');
    expect(value).toEqual({
      kind: 'object',
      entries: [
        ['a', { kind: 'number', literal: '9007199254740993' }],
        ['a', { kind: 'number', literal: '1.0' }],
      ],
    });
  });

  it('does not look at what comes after the first value', () => {
    expect(read('null and more').kind).toBe('null');
  });

  it('says in one line where the text goes wrong', () => {
    expect(() => read('{\n  "a" 1}')).toThrow(
      new JsonError('line 2, column 7: expected a colon, at "1"'),
    );
    expect(() => read('{"a": ')).toThrow(
      new JsonError('line 1, column 7: expected a value, at its end'),
    );
  });

  it('reads long texts in pieces, wherever they are cut', () => {
    for (const unit of [
      'ä',
      '€',
      '😀',
      '\\u00e9',
      '\\ud83d\\ude00',
      '\\\\',
      '\\n',
      'ab\\"',
    ]) {
      for (let shift = 0; shift < 12; shift++) {
        const json = `"${'x'.repeat(shift)}${unit.repeat(40_000 / unit.length)}"`;
        const value = read(json);
        expect(plain(value) === JSON.parse(json)).toBe(true);
        expect(value.kind === 'text' && value.raw === json.slice(1, -1)).toBe(true);
      }
    }
  });

  it('finds what is wrong in the last piece of a long text', () => {
    const long = 'x'.repeat(40_000);
    for (const bad of ['\\', '\\x', '\\u12', '\u0001', '\n', '']) {
      const end = bad === '' ? '' : '"';
      expect(() => read(`[\n "${long}${bad}${end}`), bad).toThrow(
        /^line 2, column 2: text/,
      );
    }
  });

  it('counts characters, not bytes, up to the place', () => {
    expect(() => read('\n["€€" x')).toThrow(
      new JsonError('line 2, column 7: expected a comma or ], at "x"'),
    );
    expect(() => read('["a", €')).toThrow(/column 7: expected a value, at "€"$/);
  });

  it('refuses what is nested a hundred thousand deep', () => {
    expect(() => read('['.repeat(100_000))).toThrow(/nested more than 100 deep/);
    expect(() => read('{"a":'.repeat(100_000))).toThrow(/nested more than 100 deep/);
  });
});

/** Whether a value is whole before the end of the text. */
function isFollowed(text: string): boolean {
  for (let end = 1; end < text.length; end++) {
    try {
      JSON.parse(text.slice(0, end));
      return true;
    } catch {
      // Not yet.
    }
  }
  return false;
}
