import type { Choice, Item } from '#kit/answers.ts';

/** The tasks of A's peer, as the run names them. */
export type Task = 'readLoop' | 'eth/63' | 'chat/1' | 'pingLoop' | 'runPeer';

export interface Guess extends Choice {
  /** What one believes who takes this choice and is wrong. */
  readonly belief?: string;
}

/** One step of the run: a time, and a task. */
export interface Step extends Item {
  readonly atMs: number;
  readonly task: Task;
  readonly choices: readonly Guess[];
}

const texts = {
  'for-line': 'For bytes on the line',
  'for-eth': 'For eth, to take a message',
  'for-chat': 'For chat, to take a message',
  'for-pingLoop': 'For `pingLoop`, to take a Ping',
  'for-readLoop': 'For `readLoop`, to bring something',
  'for-handler': 'For its own handler, to be through',
  'for-cause': 'For a first cause of its end',
  'for-end-of-eth': 'For the end of eth',
  'for-end-of-chat': 'For the end of chat',
  'for-end-of-both': 'For the end of eth and of chat',
  over: 'For nothing; it is over',
} as const;
export type Waiting = keyof typeof texts;

const spoken: Readonly<Partial<Record<Task, string>>> = {
  ...{ 'eth/63': 'eth', 'chat/1': 'chat' },
};

const guess = (id: Waiting, belief?: string): Guess => ({
  ...{ id, text: texts[id] },
  ...(belief !== undefined && { belief }),
});

function step(atMs: number, task: Task, choices: readonly Guess[], why: string): Step {
  const name = spoken[task] ?? `\`${task}\``;
  const question = `At ${atMs} ms, what does ${name} wait for?`;
  const id = `${task.replace(/\/.*/, '')}-at-${atMs}`;
  return { id, question, choices, why, atMs, task };
}

export const items: readonly Step[] = [
  step(
    1,
    'readLoop',
    [
      guess('for-line', 'chat has a queue, in which the second line of talk waits'),
      guess('for-eth', '`readLoop` waits until a handler is through with its message'),
      guess('for-chat'),
      guess('for-pingLoop', '`readLoop` reads past a message that nobody takes'),
    ],
    'eth has taken message 1, and chat message 2. Message 3 is in the hand of `readLoop`, and chat is busy with its first.',
  ),
  step(
    1,
    'pingLoop',
    [
      guess('for-readLoop'),
      guess('for-chat', 'who is held up waits at the channel of the slow one'),
      guess('for-line', '`pingLoop` reads its Pings from the line'),
      guess('over', 'the Disconnect has been read'),
    ],
    'It waits at `pingRecv`, as ever. The Ping has come as far as the socket, and lies there behind message 3.',
  ),
  step(
    299,
    'eth/63',
    [
      guess('for-readLoop', 'a handler is called away when something comes'),
      guess('for-chat', 'protocols wait for each other'),
      guess('for-handler'),
      guess('over', 'the Disconnect has been read'),
    ],
    'Its first block takes it until 300 ms.',
  ),
  step(
    301,
    'eth/63',
    [
      guess('for-handler', 'the second block was taken at 300 ms'),
      guess('for-readLoop'),
      guess('for-chat', 'protocols wait for each other at a channel'),
      guess('over', 'the Disconnect has been read'),
    ],
    'This is the ticket. The second block is in the socket, and `readLoop` has not come to it. eth waits for `readLoop`, and `readLoop` for chat.',
  ),
  step(
    301,
    'readLoop',
    [
      guess('for-eth', '`readLoop` waits for whoever was slow last'),
      guess('for-line', 'once one protocol is free, `readLoop` goes on'),
      guess('over', 'the Disconnect has been read'),
      guess('for-chat'),
    ],
    'That eth is free changes nothing. Message 3 is for chat, and chat is busy until 500 ms.',
  ),
  step(
    501,
    'readLoop',
    [
      guess('over'),
      guess('for-eth', 'eth is still busy with its first block'),
      guess('for-line', 'after a Disconnect `readLoop` reads on'),
      guess('for-chat', 'to take a message is to be through with it'),
    ],
    'At 500 ms chat takes message 3, eth is free for message 4, `pingLoop` for the Ping. Then the Disconnect is read, and that was all.',
  ),
  step(
    501,
    'runPeer',
    [
      guess('for-cause', 'the Disconnect waits until the handlers are through'),
      guess('over', '`run` returns when it has said goodbye'),
      guess('for-end-of-chat', 'a protocol whose peer is over leaves at once'),
      guess('for-end-of-both'),
    ],
    'The cause has come, the farewell is out, `closed` is closed. Both handlers have begun at 500 ms with their second message, and neither looks up.',
  ),
  step(
    801,
    'runPeer',
    [
      guess('for-end-of-both', 'both handlers are still at work'),
      guess('for-end-of-eth', 'eth is the slower of the two'),
      guess('for-end-of-chat'),
      guess('over', 'one protocol that has ended is enough'),
    ],
    'eth was through at 800 ms, came back to read, and found `closed`. chat is busy until 1000 ms. Until then A counts the remote as a peer, though it has said goodbye long ago.',
  ),
];
