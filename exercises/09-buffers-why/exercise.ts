import type { Answers } from '#kit/answers.ts';

// TODO: for each question, one of the ids that stand before its choices.
export const answers: Answers = {
  // Somebody calls `disconnect` while `pingLoop` is writing a Ping. The line is closed,
  // and everybody who is left reports. How much room in `protoErr` is enough?
  //   '1'   One place
  //   '3'   3 places
  //   '4'   4 places
  //   '16'  16 places
  protoErr: undefined,

  // The same, with one place less than enough. What comes of it?
  //   'ends'    The peer ends, and none of its tasks is left
  //   'stands'  One task stands there for ever, and `Peer.run` never returns
  //   'stays'   The report is lost, and the peer lives on
  'protoErr-less': undefined,

  // Now our node: whoever reports tries once, and goes on. `readErr` has no room. A
  // protocol has written a message, and the remote’s Disconnect comes in just then. In
  // some orders of the tasks it goes wrong. How?
  //   'ends'    The peer ends, and none of its tasks is left
  //   'stands'  One task stands there for ever, and `Peer.run` never returns
  //   'stays'   The report is lost, and the peer lives on
  'readErr-none': undefined,

  // Her three protocols all have messages to write. One of them is writing when a
  // Disconnect comes in and ends the peer. How much room in `writeErr` is enough?
  //   '0'  None
  //   '1'  One place
  //   '3'  3 places
  //   '4'  4 places
  writeErr: undefined,

  // Each of her three protocols has one message to write, and all three should reach
  // the remote. How much room in `writeStart` is enough?
  //   '0'  None
  //   '1'  One place
  //   '3'  3 places
  //   '4'  4 places
  writeStart: undefined,

  // A protocol has written a message. It calls `disconnect(3)`, and then fails with an
  // error that would be told as 16. The remote should hear 3 in every order of the
  // tasks. Which is the largest room for `disc` with which it does?
  //   '0'  None
  //   '1'  One place
  //   '3'  3 places
  //   '4'  4 places
  disc: undefined,

  // A remote sends five Pings at once, and behind them a message for eth. Each Pong
  // takes 2 s to write. eth should have its message at once. How much room in
  // `pingRecv` is enough?
  //   '0'  None
  //   '3'  3 places
  //   '4'  4 places
  //   '5'  5 places
  pingRecv: undefined,

  // She gives `eth.in` two places, “to make it faster”. eth takes one message, and
  // works on it. How many more messages will be read from the line in the meantime, if
  // a remote sends as fast as it can?
  //   '0'    None
  //   '2'    Two
  //   '3'    Three
  //   'all'  All that the remote sends
  'in-ahead': undefined,
};
