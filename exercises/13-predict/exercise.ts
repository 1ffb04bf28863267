import type { Answers } from '#kit/answers.ts';

// TODO: for each question, one of the ids that stand before its choices.
export const answers: Answers = {
  // B sends a Disconnect with reason 4, “too many peers”. What does B hear?
  //   'nothing'       Nothing; the line closes
  //   'disconnect-0'  Disconnect 0, “disconnect requested”
  //   'disconnect-4'  Disconnect 4, “too many peers”
  //   'disconnect-8'  Disconnect 8, “client quitting”
  'remote-disconnects': undefined,

  // B sends code 33, the first one after the codes of eth/63. What does B hear?
  //   'disconnect-2'   Disconnect 2, “breach of protocol”
  //   'disconnect-16'  Disconnect 16, “subprotocol error”
  //   'stays'          It stays connected
  //   'nothing'        Nothing; the line closes
  'code-past-the-end': undefined,

  // B sends a second Hello, as code 0. What does B hear?
  //   'stays'         It stays connected
  //   'disconnect-2'  Disconnect 2, “breach of protocol”
  //   'disconnect-5'  Disconnect 5, “already connected”
  //   'nothing'       Nothing; the line closes
  'second-hello': undefined,

  // In its Status, B names another genesis block than A's, and another network. What
  // does B hear, and what does A itself note?
  //   'disconnect-3-genesis'     Disconnect 3; A: “Genesis block mismatch”
  //   'disconnect-16-networkid'  Disconnect 16; A: “NetworkId mismatch”
  //   'disconnect-16-genesis'    Disconnect 16; A: “Genesis block mismatch”
  //   'disconnect-2-networkid'   Disconnect 2; A: “NetworkId mismatch”
  'other-genesis-and-network': undefined,

  // After Hello, B sends nothing at all, no Status either. What does B hear?
  //   'disconnect-16-after-5s'  Disconnect 16 after 5 s, “subprotocol error”
  //   'disconnect-11-after-5s'  Disconnect 11 after 5 s, “read timeout”
  //   'nothing-after-5s'        Nothing; the line closes after 5 s
  //   'nothing-after-30s'       Nothing; the line closes after 30 s
  'no-status': undefined,

  // B sends a good Status, and then nothing any more, no Pong either. What does B hear?
  //   'disconnect-11-after-30s'  Disconnect 11 after 30 s, “read timeout”
  //   'stays'                    It stays connected
  //   'nothing-after-15s'        Nothing; the line closes after 15 s
  //   'nothing-after-30s'        Nothing; the line closes after 30 s
  'dead-line': undefined,

  // A's own eth has a bug: it writes a message with code 17, and its codes are 0 to 16.
  // What does B hear?
  //   'stays'          It stays connected
  //   'disconnect-2'   Disconnect 2, “breach of protocol”
  //   'disconnect-16'  Disconnect 16, “subprotocol error”
  //   'nothing'        Nothing; the line closes
  'protocol-writes-past-its-codes': undefined,

  // A has a habit of geth v1.8.12: when something goes wrong in eth, eth first asks
  // that the peer be removed, and only then comes the error. B sends a second Status,
  // which eth does not allow. What does B hear?
  //   'disconnect-16'  Disconnect 16, “subprotocol error”
  //   'disconnect-2'   Disconnect 2, “breach of protocol”
  //   'disconnect-3'   Disconnect 3, “useless peer”
  //   'disconnect-0'   Disconnect 0, “disconnect requested”
  'second-status-2018': undefined,
};
