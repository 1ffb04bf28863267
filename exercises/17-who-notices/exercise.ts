import type { Answers } from '#kit/answers.ts';

// TODO: for each question, one of the ids that stand before its choices.
export const answers: Answers = {
  // B finishes both handshakes. Then it sends a Ping every two seconds, and no Status.
  // Which clock of A strikes?
  //   'stays'                       None; B is still connected after 100 s
  //   'read-at-30s-nothing'         The clock of reading, at 30 s; B hears nothing
  //   'status-at-5s-nothing'        The clock of Status, at 5 s; B hears nothing
  //   'status-at-5s-disconnect-11'  The clock of Status, at 5 s; B hears Disconnect 11, “read timeout”
  'clocks-pings-for-a-status': undefined,

  // B opens a connection, and sends its handshake one byte every two seconds. Which
  // clock of A strikes?
  //   'handshakes-at-7s-nothing'        The clock of the handshakes, at 7 s; B hears nothing
  //   'handshakes-at-5s-nothing'        The clock of the handshakes, at 5 s; B hears nothing
  //   'handshakes-at-5s-disconnect-11'  The clock of the handshakes, at 5 s; B hears Disconnect 11, “read timeout”
  //   'read-at-30s-nothing'             The clock of reading, at 30 s; B hears nothing
  'clocks-slow-handshake': undefined,

  // B sends its Status at once, a Ping at 12 s, and at 24 s the first half of a
  // message. Then its cable is pulled. Which clock of A strikes?
  //   'read-at-30s-nothing'  The clock of reading, at 30 s; B hears nothing
  //   'read-at-42s-nothing'  The clock of reading, at 42 s; B hears nothing
  //   'read-at-54s-nothing'  The clock of reading, at 54 s; B hears nothing
  //   'ping-at-30s-nothing'  The clock of Pings, at 30 s; B hears nothing
  'clocks-half-a-message': undefined,

  // B sends its Status. After it, all that it sends are its answers to A’s Pings, each
  // at once. At 40 s its cable is pulled. Which clock of A strikes?
  //   'ping-at-45s-nothing'  The clock of Pings, at 45 s; B hears nothing
  //   'read-at-70s-nothing'  The clock of reading, at 70 s; B hears nothing
  //   'read-at-60s-nothing'  The clock of reading, at 60 s; B hears nothing
  //   'read-at-30s-nothing'  The clock of reading, at 30 s; B hears nothing
  'clocks-pongs-for-40-s': undefined,

  // B reads nothing, and sends a Ping every ten seconds. A’s protocol has more to tell
  // it than the line takes, from the first moment on. Which clock of A strikes?
  //   'stays'                       None; B is still connected after 100 s
  //   'write-at-20s-disconnect-16'  The clock of writing, at 20 s; B hears Disconnect 16, “subprotocol error”
  //   'read-at-30s-nothing'         The clock of reading, at 30 s; B hears nothing
  //   'write-at-20s-nothing'        The clock of writing, at 20 s; B hears nothing
  'clocks-deaf-talker': undefined,

  // A’s protocol takes B’s first message and is busy with it for 40 s. At 5 s B sends
  // another, for the same protocol. Then its cable is pulled. Which clock of A strikes?
  //   'read-at-35s-nothing'  The clock of reading, at 35 s; B hears nothing
  //   'read-at-70s-nothing'  The clock of reading, at 70 s; B hears nothing
  //   'stays'                None; B is still connected after 100 s
  //   'read-at-40s-nothing'  The clock of reading, at 40 s; B hears nothing
  'clocks-slow-protocol': undefined,

  // B reads nothing. The line to it is full, and A’s protocol waits to write. At 2 s B
  // sends Disconnect 4. A would say 4 back. Which clock of A strikes?
  //   'write-at-20s-nothing'         The clock of writing, at 20 s; B hears nothing
  //   'farewell-at-3s-disconnect-4'  The clock of the farewell, at 3 s; B hears Disconnect 4, “too many peers”
  //   'farewell-at-3s-nothing'       The clock of the farewell, at 3 s; B hears nothing
  //   'read-at-32s-nothing'          The clock of reading, at 32 s; B hears nothing
  'clocks-farewell-to-the-deaf': undefined,
};
