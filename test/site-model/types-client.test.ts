/** The page's side of the types' worker, over a worker that a test speaks for. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  TypesClient,
  type StartWorker,
} from '../../.vitepress/theme/exercise/types-client.ts';
import type { TypesMessage, TypesOrder } from '#kit/types/asks.ts';

const problems = { kind: 'problems' } as const;
const texts = '/types/texts.json';
const file = 'exercises/14-x/exercise.ts';

interface Worker {
  readonly orders: readonly TypesOrder[];
  isEnded(): boolean;
  say(message: TypesMessage): void;
  die(): void;
}

let states: string[];

function open(text: string): { client: TypesClient; worker: Worker } {
  const orders: TypesOrder[] = [];
  let ended = false;
  let say: Worker['say'] = () => undefined;
  let die: Worker['die'] = () => undefined;
  const start: StartWorker = (onMessage, onError) => {
    say = onMessage;
    die = onError;
    return {
      postMessage: (order) => orders.push(order),
      terminate: () => {
        ended = true;
      },
    };
  };
  const client = new TypesClient(start, { texts, file, text }, (state) =>
    states.push(state),
  );
  return { client, worker: { orders, isEnded: () => ended, say, die } };
}

function openReady(text: string): ReturnType<typeof open> {
  const opened = open(text);
  opened.worker.say({ type: 'ready' });
  return opened;
}

beforeEach(() => {
  states = [];
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('TypesClient', () => {
  it('sends a text once, and answers nothing before the worker is ready', async () => {
    const { client, worker } = open('a');
    expect(await client.ask('a', problems)).toBeUndefined();
    worker.say({ type: 'ready' });
    const asked = [
      client.ask('a', problems),
      client.ask('b', problems),
      client.ask('b', { kind: 'hover', at: 1 }),
    ];
    expect(worker.orders).toEqual([
      { type: 'open', texts, file, text: 'a' },
      { type: 'ask', id: 1, question: problems },
      { type: 'ask', id: 2, question: problems, text: 'b' },
      { type: 'ask', id: 3, question: { kind: 'hover', at: 1 } },
    ]);
    expect(states).toEqual(['ready']);
    client.close();
    expect(await Promise.all(asked)).toEqual([undefined, undefined, undefined]);
  });

  it('gives each answer to its question, and none to one that is over', async () => {
    const { client, worker } = openReady('a');
    const asked = [
      client.ask('a', problems),
      client.ask('a', { kind: 'hover', at: 1 }),
    ];
    worker.say({ type: 'answer', id: 2, answer: undefined });
    worker.say({ type: 'answer', id: 2, answer: [] });
    worker.say({ type: 'answer', id: 1, answer: [] });
    expect(await Promise.all(asked)).toEqual([[], undefined]);
    expect(vi.getTimerCount(), 'nothing is waited for').toBe(0);
    client.close();
  });

  it('does not send a text over 256 KiB, says so, and goes on with a shorter', async () => {
    const most = 'x'.repeat(256 * 1024);
    const { client, worker } = openReady('a');
    expect(await client.ask(`${most}x`, problems)).toBeUndefined();
    expect(worker.orders).toHaveLength(1);
    const asked = client.ask(most, problems);
    expect(worker.orders).toHaveLength(2);
    expect(states).toEqual(['ready', 'too-long', 'ready']);
    client.close();
    await asked;
    expect(open(`${most}x`).worker.orders).toMatchObject([{ text: '' }]);
  });

  it.each<[string, (worker: Worker) => unknown]>([
    ['says that it failed', (worker) => worker.say({ type: 'failed', why: 'no' })],
    ['dies', (worker) => worker.die()],
    ['is silent for 15 s', () => vi.advanceTimersByTime(15_000)],
  ])('ends a worker that %s, and every question with it', async (_, happen) => {
    const { client, worker } = openReady('a');
    const asked = [client.ask('a', problems), client.ask('b', problems)];
    happen(worker);
    expect(await Promise.all(asked)).toEqual([undefined, undefined]);
    expect(await client.ask('c', problems)).toBeUndefined();
    expect(worker.isEnded()).toBe(true);
    expect(states).toEqual(['ready', 'failed']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('gives up a worker that is not ready after two minutes', () => {
    const { worker } = open('a');
    vi.advanceTimersByTime(119_999);
    expect(states).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(states).toEqual(['failed']);
    expect(worker.isEnded()).toBe(true);
  });
});
