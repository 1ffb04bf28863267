import type { Choice, Item } from '#kit/answers.ts';

/** A choice of room. */
const room = (places: number): Choice => ({
  id: String(places),
  text: places === 0 ? 'None' : places === 1 ? 'One place' : `${places} places`,
});

/** What may come of a run. The ids are the fates of `impl/sim/rooms.ts`. */
const fates: readonly Choice[] = [
  { id: 'ends', text: 'The peer ends, and none of its tasks is left' },
  {
    id: 'stands',
    text: 'One task stands there for ever, and `Peer.run` never returns',
  },
  { id: 'stays', text: 'The report is lost, and the peer lives on' },
];

export const items: readonly Item[] = [
  {
    id: 'protoErr',
    question:
      'Somebody calls `disconnect` while `pingLoop` is writing a Ping. The line is closed, and everybody who is left reports. How much room in `protoErr` is enough?',
    choices: [room(1), room(3), room(4), room(16)],
    why: 'The cause came through `disc`, so `run` takes nothing from `protoErr`. Three protocols report, and `pingLoop`, whose write fails: N + 1, and N is 3.',
  },
  {
    id: 'protoErr-less',
    question: 'The same, with one place less than enough. What comes of it?',
    choices: fates,
    why: 'The last to report finds no room and waits for some. `run` waits for that task to be over, and takes nothing any more.',
  },
  {
    id: 'readErr-none',
    question:
      'Now our node: whoever reports tries once, and goes on. `readErr` has no room. A protocol has written a message, and the remote’s Disconnect comes in just then. In some orders of the tasks it goes wrong. How?',
    choices: fates,
    why: 'The result of the write has woken `run`, which has not come back to its select yet. `readLoop` finds nobody waiting and no place, and its news, that the remote has left, is gone.',
  },
  {
    id: 'writeErr',
    question:
      'Her three protocols all have messages to write. One of them is writing when a Disconnect comes in and ends the peer. How much room in `writeErr` is enough?',
    choices: [room(0), room(1), room(3), room(4)],
    why: 'Who writes holds the token, and there is one. So there is one result that nobody may take, however many protocols there are. The others leave with `closed`.',
  },
  {
    id: 'writeStart',
    question:
      'Each of her three protocols has one message to write, and all three should reach the remote. How much room in `writeStart` is enough?',
    choices: [room(0), room(1), room(3), room(4)],
    why: '`run` puts one token in, before any protocol waits for it. So it needs one place to lie in. More places would stay empty: there is no second token.',
  },
  {
    id: 'disc',
    question:
      'A protocol has written a message. It calls `disconnect(3)`, and then fails with an error that would be told as 16. The remote should hear 3 in every order of the tasks. Which is the largest room for `disc` with which it does?',
    choices: [room(0), room(1), room(3), room(4)],
    why: 'Without room, `disconnect` returns when `run` has taken the 3. With any room it may return while `run` is still on its way, and then `run` finds two causes and takes either.',
  },
  {
    id: 'pingRecv',
    question:
      'A remote sends five Pings at once, and behind them a message for eth. Each Pong takes 2 s to write. eth should have its message at once. How much room in `pingRecv` is enough?',
    choices: [room(0), room(3), room(4), room(5)],
    why: '`pingLoop` takes the first Ping out of the channel and writes. The other four must lie aside, or `readLoop` stands at one of them with the message behind it.',
  },
  {
    id: 'in-ahead',
    question:
      'She gives `eth.in` two places, “to make it faster”. eth takes one message, and works on it. How many more messages will be read from the line in the meantime, if a remote sends as fast as it can?',
    choices: [
      { id: '0', text: 'None' },
      { id: '2', text: 'Two' },
      { id: '3', text: 'Three' },
      { id: 'all', text: 'All that the remote sends' },
    ],
    why: 'Two lie in the channel, and one is in the hands of `readLoop`, which has read it before it found no room. Without room it would be that one alone. Each may be as large as a message can be.',
  },
];
