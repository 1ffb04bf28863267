/**
 * The types' worker of a page: loads its texts, then answers one question after the other.
 * The reader's code is read here and never run.
 */

import ts from 'typescript';
import { parseJson, readMap, readText } from '../formats/schema.ts';
import type { TypesMessage, TypesOrder } from './asks.ts';
import { TypeService } from './service.ts';

interface Host {
  postMessage(message: TypesMessage): void;
  onmessage: ((event: { readonly data: TypesOrder }) => void) | null;
  fetch(address: string): Promise<{ readonly ok: boolean; text(): Promise<string> }>;
}

const host = globalThis as unknown as Host; // a worker of a page

type Opening = Extract<TypesOrder, { readonly type: 'open' }>;

async function open({ texts: address, file, text }: Opening): Promise<TypeService> {
  const response = await host.fetch(address);
  if (!response.ok) throw new Error(`${address} could not be loaded`);
  const data = parseJson(await response.text(), address);
  const texts = readMap(data, address, (one, path) => readText(one, path));
  const service = new TypeService(ts, texts, file);
  service.write(text);
  service.problems(); // what takes long at the first time is done before it is said
  return service;
}

let service: TypeService | undefined;

host.onmessage = ({ data }) => {
  if (data.type === 'open') {
    open(data).then(
      (opened) => {
        service = opened;
        host.postMessage({ type: 'ready' });
      },
      (error: unknown) => host.postMessage({ type: 'failed', why: String(error) }),
    );
    return;
  }
  if (service === undefined) return; // asked before it was ready: nobody does
  const { id, text, question } = data;
  try {
    if (text !== undefined) service.write(text);
    host.postMessage({ type: 'answer', id, answer: service.answer(question) });
  } catch (error) {
    // A name that cannot be told is no loss; without errors the page must say so.
    if (question.kind === 'problems')
      host.postMessage({ type: 'failed', why: String(error) });
    else host.postMessage({ type: 'answer', id, answer: undefined });
  }
};
