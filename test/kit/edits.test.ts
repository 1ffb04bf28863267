/** Bytes exercises: what a reader may write, how it is read, and what is said of it. */

import { describe, expect, it } from 'vitest';
import { toHex } from '#impl/bytes.ts';
import { readCatalog } from '#kit/catalog/catalog.ts';
import { bytesIn, editOf, NoBytes, type EditItem } from '#kit/edits.ts';
import { editFields } from '#kit/formats/edit-fields.ts';
import {
  digitsOf,
  editProblem,
  isChanged,
  readEdits,
  writeEdits,
} from '#kit/formats/edit-text.ts';
import { readEditItems } from '#kit/formats/schema-edits.ts';
import { editItemsOf } from '#kit/page/page-data.ts';
import { maxCodeBytes } from '#kit/run/learner.ts';
import { editLines } from '#kit/terminal/edit-lines.ts';
import { Unsolved } from '#kit/unsolved.ts';
import { course, fixtures } from './sources.ts';

const hello =
  'f8520586736372697074c6c5836574683f80b840' +
  '5104dbebe85f3ff13a06f01dea6609d76464e737e2f33fd3f0e47b2c8163d39c' +
  'abbe9a476a8a57490199203d7f9b1435828c89a66ffc00f62da8cc3b28c43000';

function itemOf(id: string, bytes = hello): EditItem {
  const [task, why] = [`Do \`${id}\`.`, 'So it is.'];
  return { id, task, message: 'hello', bytes, maxBytes: 128, why };
}

const items = [itemOf('one'), itemOf('the-other')];
const [first, second] = [itemOf('one'), itemOf('the-other')];
const plain = { colour: false, unicode: true };

describe('editOf', () => {
  it.each([
    ['in one line', 'c104'],
    ['in capitals', 'C104'],
    ['with 0x before it', '0xc104'],
    ['with blanks and line ends', ' c1\r\n\t04\n'],
    ['with names behind the bytes', 'c1 // disconnect.list\n04 // reason 4: 99'],
  ])('takes hex %s', (_, text) => {
    expect(toHex(editOf(first, { one: text }))).toBe('c104');
  });

  it.each([
    ['nothing stands there', undefined],
    ['it is the message as it was offered', hello],
    ['it is that in other lines', `${hello.slice(0, 40)} // f8\n${hello.slice(40)}`],
    ['it is that in capitals', hello.toUpperCase()],
  ])('is not written yet while %s', (_, text) => {
    expect(() => editOf(first, { one: text })).toThrow(Unsolved);
    expect(() => editOf(first, { one: text })).toThrow(
      'this message is not changed yet',
    );
  });

  it.each([
    ['a letter', 'c1 0g', '“g” is no hex digit (at byte 1: …c10g…)'],
    ['a second 0x', '0x05 0x06', '“x” is no hex digit (at byte 1: …050x06…)'],
    [
      'half a byte',
      'c1 0',
      'two hex digits are a byte, and here are 3: one is missing, or one too many',
    ],
    ['nothing', '', 'no bytes are left; at least one is sent'],
    ['names alone', '  // f8 52\n', 'no bytes are left; at least one is sent'],
    [
      'a byte too many',
      '00'.repeat(129),
      'the message has 129 bytes; at most 128 are sent',
    ],
    [
      'ten thousand digits',
      '00'.repeat(5000),
      'the message has 5000 bytes; at most 128 are sent',
    ],
  ])('refuses %s in words, and so does the page', (_, text, words) => {
    expect(() => editOf(first, { one: text })).toThrow(new NoBytes(words));
    expect(editProblem(first, digitsOf(first, { one: text }))).toBe(words);
  });

  it.each([
    [4, 'number'],
    [null, 'object'],
    [['c1', '04'], 'object'],
    [() => 'c104', 'function'],
  ])('refuses what is no text: %#', (value, kind) => {
    const edits = { one: value as unknown as string };
    expect(() => editOf(first, edits)).toThrow(`this is a value of type ${kind}`);
  });
});

describe('writeEdits', () => {
  it('stands each byte of the message beside its name', () => {
    const text = writeEdits(items, {});
    expect(text).toContain('// TODO');
    expect(text).toContain('  // Do `one`.\n  one: `\n');
    const lines = text.split('\n').filter((line) => /^ {4}[0-9a-f]{2}\b/.test(line));
    const names = lines.flatMap((line) => /hello\S*/.exec(line) ?? []);
    const fields = editFields('hello', bytesIn(first, hello)).map(({ field }) => field);
    expect(names).toEqual([...fields, ...fields]);
    expect(text).toMatch(/^ {4}73 63 72 69 70 74 +\/\/ {3}4 hello\.name “script”$/m);
    expect(text).toMatch(/^ {4}3f +\/\/ {2}16 hello\.cap-version 63$/m);
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThan(89);
  });

  it.each([
    ['the message as offered', hello],
    ['a shorter one', 'c0'],
    ['one that is no list', 'ff00112233'],
    ['a name that would end the text', 'c705866060245c7b7d'],
    ['the longest', 'ff'.repeat(128)],
    ['an odd digit', 'c10'],
    ['letters', "it's `${no}` hex\\"],
    ['nothing', ''],
    ['ten thousand digits', '0'.repeat(10_000)],
  ])('keeps %s, which is read as it was', (_, digits) => {
    const text = writeEdits(items, { one: digits });
    const read = readEdits(items, text);
    expect(digitsOf(first, read)).toBe(digits.replaceAll(' ', ''));
    expect(digitsOf(second, read)).toBe(hello);
    expect(text.length).toBeLessThan(maxCodeBytes);
    expect(writeEdits(items, read)).toBe(text);
  });

  it('says what is to be done only as long as something is', () => {
    const edits = { one: 'c0', 'the-other': 'c0' };
    expect(writeEdits(items, edits)).not.toContain('TODO');
    expect(writeEdits(items, { ...edits, one: hello })).toContain('TODO');
  });
});

describe('readEdits', () => {
  it('finds bytes as a reader writes them', () => {
    const read = readEdits(
      items,
      `// one: 'c9',
export const edits = { "one": "c1" + 4, 'the-other': \`
  // the list
  c1 04\` };`,
    );
    expect(digitsOf(first, read)).toBe('c1');
    expect(digitsOf(second, read)).toBe('c104');
  });

  it('gives nothing for bytes that code makes, or that are not there', () => {
    const read = readEdits(items, 'export const edits = { one: hexOf(`${a}`) };');
    expect(read).toEqual({ one: undefined, 'the-other': undefined });
    expect(isChanged(first, digitsOf(first, read))).toBe(false);
  });
});

describe('readEditItems', () => {
  it.each([
    ['no messages', [], 'items: a message is needed'],
    ['an id twice', [first, first], 'items: two are called one'],
    ['capitals', [itemOf('one', 'C104')], 'items[0].bytes: hex in small letters'],
    ['half a byte', [itemOf('one', 'c')], 'items[0].bytes: hex'],
    ['no Hello', [itemOf('one', 'c2')], 'items[0].bytes: no hello that can be read'],
    [
      'more than the most',
      [{ ...first, maxBytes: 4096 }],
      'items[0].maxBytes: at most',
    ],
    ['more than it says', [{ ...first, maxBytes: 8 }], 'items[0].bytes: at most 16'],
    ['an unknown message', [{ ...first, message: 'pong' }], 'items[0].message: one of'],
    ['no task', [{ ...first, task: undefined }], 'items[0].task: a text is needed'],
  ])('refuses %s', (_, value, words) => {
    expect(() => readEditItems(value, 'items')).toThrow(words);
  });
});

describe('editLines', () => {
  const failed = { name: second.task, verdict: 'failed', message: '' } as const;

  it('shows what a message has become that does not do its task', () => {
    const written = writeEdits(items, { 'the-other': 'c105' });
    expect(editLines(plain, items, { written }, { tests: [failed] })).toEqual([
      ' the-other, as it is now:',
      '   c1  //   0 hello.list',
      '   05  //   1 hello.version 5',
    ]);
  });

  it('shows none that passed, is as it was offered, or is no hex', () => {
    const lines = (
      digits: string,
      verdict: 'passed' | 'unsolved' | 'failed',
    ): unknown => {
      const written = writeEdits(items, { 'the-other': digits });
      const tests = [{ ...failed, verdict }];
      return editLines(plain, items, { written }, { tests });
    };
    expect(lines('c105', 'passed')).toEqual([]);
    expect(lines(hello, 'unsolved')).toEqual([]);
    expect(lines('c1x', 'failed')).toEqual([]);
  });
});

describe.each([
  ['the samples', fixtures],
  ['the course', course],
])('the bytes exercises of %s', (_, sources) => {
  const all = readCatalog(sources).filter(({ facts }) => facts.type === 'bytes');

  it.each(all.map((exercise) => [exercise.folder, exercise] as const))(
    '%s offers messages that can be read, and a starter that is made of them',
    async (_, exercise) => {
      const offered = await editItemsOf(sources, exercise);
      expect(exercise.starter).toBe(writeEdits(offered, {}));
      // The page finds the bytes in ours, to show them.
      const solved = readEdits(offered, exercise.solution);
      for (const item of offered) {
        expect(isChanged(item, digitsOf(item, solved)), item.id).toBe(true);
        expect(editProblem(item, digitsOf(item, solved)), item.id).toBeUndefined();
      }
    },
  );

  it('are there', () => {
    expect(all.length).toBeGreaterThan(0);
  });
});
