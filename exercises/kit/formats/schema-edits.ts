/** The messages that a bytes exercise offers, checked as they are read from its folder. */

import { fromHex } from '../../../impl/bytes.ts';
import { messageNames, type EditItem } from '../edits.ts';
import { editFields } from './edit-fields.ts';
import {
  InvalidData,
  readCount,
  readFields,
  readList,
  readOneOf,
  readText,
} from './schema.ts';

/** All messages of an exercise, as a reader has made them, fit into a text that is run. */
const mostBytes = 2048;

/** @throws {InvalidData} the first thing that is not in order */
export function readEditItems(value: unknown, path: string): readonly EditItem[] {
  const items = readList(value, path, readItem, 20);
  if (items.length === 0) throw new InvalidData(path, 'a message is needed');
  const ids = items.map(({ id }) => id);
  const twice = ids.find((id, index) => ids.indexOf(id) < index);
  if (twice !== undefined) throw new InvalidData(path, `two are called ${twice}`);
  return items;
}

function readItem(value: unknown, path: string): EditItem {
  const fields = readFields(value, path);
  const text = (key: string, most: number): string =>
    readText(fields[key], `${path}.${key}`, most);
  const id = text('id', 40);
  if (!/^[a-z0-9-]+$/.test(id)) {
    throw new InvalidData(`${path}.id`, 'small letters, digits and - are needed');
  }
  const maxBytes = readCount(fields['maxBytes'], `${path}.maxBytes`);
  if (maxBytes > mostBytes) {
    throw new InvalidData(`${path}.maxBytes`, `at most ${mostBytes}`);
  }
  const message = readOneOf(fields['message'], messageNames, `${path}.message`);
  const bytes = text('bytes', 2 * maxBytes);
  if (!/^(?:[0-9a-f]{2})+$/.test(bytes)) {
    throw new InvalidData(`${path}.bytes`, 'hex in small letters, two digits a byte');
  }
  const spans = editFields(message, fromHex(bytes));
  if (spans.some(({ field }) => field === 'malformed')) {
    throw new InvalidData(`${path}.bytes`, `no ${message} that can be read`);
  }
  return {
    id,
    task: text('task', 400),
    message,
    bytes,
    maxBytes,
    why: text('why', 1000),
  };
}
