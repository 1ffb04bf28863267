import type { Answers } from '#kit/answers.ts';

// TODO: for each question, one of the ids that stand before its choices.
export const answers: Answers = {
  // 1. “When a connection has become a peer, `runPeer` broadcasts that to its other
  // peers, so that they know of it.” Is it so?
  //   'so'      It is so
  //   'not-so'  It is not so
  feed: undefined,

  // 1. Which place shows where such an event goes?
  //   'peer-feed'        `PeerFeed`
  //   'run-peer'         `Server.runPeer`
  //   'write-msg'        `ProtoRW.writeMsg`
  //   'start-protocols'  `Peer.startProtocols`
  'feed-place': undefined,

  // 2. “A message that is neither Ping nor Pong is put into the channel of a protocol.”
  // Is it so?
  //   'so'      It is so
  //   'not-so'  It is not so
  codes: undefined,

  // 2. Which place shows what becomes of code 5?
  //   'read-loop'    `Peer.readLoop`
  //   'peer-handle'  `Peer.handle`
  //   'get-proto'    `Peer.getProto`
  //   'read-msg'     `ProtoRW.readMsg`
  'codes-place': undefined,

  // 3. “For each peer there is one task that reads and writes its messages.” Is it so?
  //   'so'      It is so
  //   'not-so'  It is not so
  'one-task': undefined,

  // 3. Which place shows in which task a message of a protocol is written?
  //   'read-loop'    `Peer.readLoop`
  //   'first-cause'  `Peer.firstCause`
  //   'write-msg'    `ProtoRW.writeMsg`
  //   'peer-handle'  `Peer.handle`
  'one-task-place': undefined,

  // 4. “The channel `newPeerCh`, into which eth puts each new peer, seems to be of no
  // use.” Is it so?
  //   'so'      It is so
  //   'not-so'  It is not so
  'new-peer-ch': undefined,

  // 4. Which place shows eth waiting there?
  //   'start-protocols'  `Peer.startProtocols`
  //   'run-peer'         `Server.runPeer`
  //   'new-peer'         `the constructor of Peer`
  //   'run-closure'      `the run of eth`
  'new-peer-ch-place': undefined,

  // 5. “What a protocol gets from `readMsg` has come through a channel from `readLoop`,
  // and its code is changed on the way.” Is it so?
  //   'so'      It is so
  //   'not-so'  It is not so
  offset: undefined,

  // 5. Which place shows the code being changed?
  //   'read-msg'     `ProtoRW.readMsg`
  //   'peer-handle'  `Peer.handle`
  //   'read-loop'    `Peer.readLoop`
  //   'get-proto'    `Peer.getProto`
  'offset-place': undefined,

  // 6. “Each protocol that both sides speak runs in a task of its own, and to return
  // without an error ends the peer too.” Is it so?
  //   'so'      It is so
  //   'not-so'  It is not so
  tasks: undefined,

  // 6. Which place shows a return being made an end?
  //   'peer-run'         `Peer.run`
  //   'start-protocols'  `Peer.startProtocols`
  //   'first-cause'      `Peer.firstCause`
  //   'new-peer'         `the constructor of Peer`
  'tasks-place': undefined,

  // 7. “The map that a new peer keeps, `running`, is the list of the protocols that our
  // node supports.” Is it so?
  //   'so'      It is so
  //   'not-so'  It is not so
  running: undefined,

  // 7. Which place shows what is left out of that map?
  //   'new-peer'         `the constructor of Peer`
  //   'start-protocols'  `Peer.startProtocols`
  //   'match-protocols'  `matchProtocols`
  //   'get-proto'        `Peer.getProto`
  'running-place': undefined,
};
