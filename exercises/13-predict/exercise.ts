import type { Answers } from '#kit/answers.ts';

// TODO: for each question, one of the ids that stand before its choices.
export const answers: Answers = {
  // B sends Disconnect 4, “too many peers”, and right behind it Disconnect 8, “client
  // quitting”. What does B hear?
  //   'nothing'        Nothing; the line closes
  //   'disconnect-8'   Disconnect 8, “client quitting”
  //   'disconnect-4'   Disconnect 4, “too many peers”
  //   'disconnect-16'  Disconnect 16, “subprotocol error”
  'exam-two-disconnects': undefined,

  // B sends Disconnect 1, “network error”. What does B hear?
  //   'disconnect-1'  Disconnect 1, “network error”
  //   'nothing'       Nothing; the line closes
  //   'disconnect-2'  Disconnect 2, “breach of protocol”
  //   'disconnect-0'  Disconnect 0, “disconnect requested”
  'exam-reason-1': undefined,

  // B sends code 33, the first one past eth/63, and right behind it Disconnect 4. What
  // does B hear?
  //   'disconnect-2'  Disconnect 2, “breach of protocol”
  //   'disconnect-4'  Disconnect 4, “too many peers”
  //   'stays'         It stays connected
  //   'nothing'       Nothing; the line closes
  'exam-bad-code-then-disconnect': undefined,

  // A speaks eth/62, eth/63 and note/1, which has four codes and reads whatever comes.
  // B speaks eth/62 and note/1. Both Status messages are good. Then B sends code 26.
  // What does B hear?
  //   'disconnect-16'  Disconnect 16, “subprotocol error”
  //   'nothing'        Nothing; the line closes
  //   'stays'          It stays connected
  //   'disconnect-2'   Disconnect 2, “breach of protocol”
  'exam-code-26': undefined,

  // A and B both speak eth/62 and eth/63. In its Status, B says that it runs version
  // 62. All else in it is right. What does B hear?
  //   'stays'          It stays connected
  //   'disconnect-6'   Disconnect 6, “incompatible p2p protocol version”
  //   'disconnect-16'  Disconnect 16, “subprotocol error”
  //   'disconnect-3'   Disconnect 3, “useless peer”
  'exam-status-of-62': undefined,

  // As its first message B asks for a header, GetBlockHeaders. Its Status comes right
  // behind. What does B hear?
  //   'stays'                   It stays connected
  //   'disconnect-16'           Disconnect 16, “subprotocol error”
  //   'disconnect-2'            Disconnect 2, “breach of protocol”
  //   'disconnect-11-after-5s'  Disconnect 11 after 5 s, “read timeout”
  'exam-request-before-status': undefined,

  // B sends no Status. After 3 s it sends code 7, which means nothing, and then nothing
  // more. What does B hear?
  //   'disconnect-16-after-3s'  Disconnect 16 after 3 s, “subprotocol error”
  //   'disconnect-11-after-8s'  Disconnect 11 after 8 s, “read timeout”
  //   'disconnect-11-after-5s'  Disconnect 11 after 5 s, “read timeout”
  //   'nothing-after-33s'       Nothing; the line closes after 33 s
  'exam-reserved-before-status': undefined,

  // B sends no Status. After 1 s it sends Disconnect 4. What does B hear?
  //   'disconnect-11-after-5s'  Disconnect 11 after 5 s, “read timeout”
  //   'disconnect-4-after-1s'   Disconnect 4 after 1 s, “too many peers”
  //   'disconnect-16-after-1s'  Disconnect 16 after 1 s, “subprotocol error”
  //   'nothing-after-1s'        Nothing; the line closes after 1 s
  'exam-leaves-before-status': undefined,

  // B sends a good Status. At 20 s it sends code 7, which means nothing, and from then
  // on it is silent and answers no Ping. What does B hear?
  //   'nothing-after-30s'        Nothing; the line closes after 30 s
  //   'nothing-after-50s'        Nothing; the line closes after 50 s
  //   'disconnect-11-after-50s'  Disconnect 11 after 50 s, “read timeout”
  //   'stays'                    It stays connected
  'exam-reserved-at-20-s': undefined,

  // When all is well, B sends a second Hello. Its list of capabilities is empty. What
  // does B hear?
  //   'disconnect-3'  Disconnect 3, “useless peer”
  //   'disconnect-2'  Disconnect 2, “breach of protocol”
  //   'nothing'       Nothing; the line closes
  //   'stays'         It stays connected
  'exam-hello-without-capabilities': undefined,

  // A speaks eth/63 and note/1, B speaks note/1 alone. B sends no Status, and nothing
  // else; it answers no Ping. What does B hear?
  //   'disconnect-11-after-5s'  Disconnect 11 after 5 s, “read timeout”
  //   'disconnect-3-after-0s'   Disconnect 3 after 0 s, “useless peer”
  //   'nothing-after-5s'        Nothing; the line closes after 5 s
  //   'nothing-after-30s'       Nothing; the line closes after 30 s
  'exam-note-alone': undefined,

  // A runs, in place of eth, a protocol that sleeps for an hour. B sends a message for
  // it, and a moment later code 33, which nobody owns. What has B heard three seconds
  // later?
  //   'nothing'        Nothing; the line closes
  //   'stays'          It stays connected
  //   'disconnect-16'  Disconnect 16, “subprotocol error”
  //   'disconnect-2'   Disconnect 2, “breach of protocol”
  'exam-bad-code-behind-a-message': undefined,

  // A and B run two protocols, eth/63 and note/1. A’s eth returns at once, without an
  // error. note is well and wants to go on. What does B hear?
  //   'stays'          It stays connected
  //   'disconnect-16'  Disconnect 16, “subprotocol error”
  //   'disconnect-8'   Disconnect 8, “client quitting”
  //   'disconnect-0'   Disconnect 0, “disconnect requested”
  'exam-one-of-two-returns': undefined,

  // A and B run eth/63, with the codes 16 to 32, and note/1, with 33 to 36. A’s eth has
  // a bug: it writes a message with its own code 17, and would begin at 16. What does B
  // hear?
  //   'stays'          It stays connected
  //   'disconnect-2'   Disconnect 2, “breach of protocol”
  //   'disconnect-16'  Disconnect 16, “subprotocol error”
  //   'nothing'        Nothing; the line closes
  'exam-writes-into-the-next-range': undefined,

  // A has one place. C has it, and the protocol that A runs with C sleeps for an hour.
  // C sends Disconnect 4, hears it back, and its line closes. Then B dials A. What does
  // B hear?
  //   'stays'         It stays connected
  //   'disconnect-5'  Disconnect 5, “already connected”
  //   'nothing'       Nothing; the line closes
  //   'disconnect-4'  Disconnect 4, “too many peers”
  'exam-place-of-a-sleeper': undefined,

  // A has 25 places, and runs a protocol that sleeps for an hour. B sends Disconnect 4,
  // hears it back, and its line closes. Then B dials again. What does it hear on the
  // new connection?
  //   'disconnect-5'  Disconnect 5, “already connected”
  //   'stays'         It stays connected
  //   'disconnect-4'  Disconnect 4, “too many peers”
  //   'disconnect-3'  Disconnect 3, “useless peer”
  'exam-comes-back-to-a-sleeper': undefined,

  // A has one place, which C has. B dials. A trusts B, but B speaks les/2 alone, and A
  // speaks eth. What does B hear?
  //   'disconnect-4'  Disconnect 4, “too many peers”
  //   'stays'         It stays connected
  //   'disconnect-3'  Disconnect 3, “useless peer”
  //   'nothing'       Nothing; the line closes
  'exam-trusted-with-nothing-in-common': undefined,

  // In its Status, B names another genesis block, another network, and version 62,
  // though both run eth/63. What does B hear, and what does A itself note?
  //   'disconnect-3-genesis'     Disconnect 3; A: “Genesis block mismatch”
  //   'disconnect-16-networkid'  Disconnect 16; A: “NetworkId mismatch”
  //   'disconnect-16-genesis'    Disconnect 16; A: “Genesis block mismatch”
  //   'disconnect-16-protocol'   Disconnect 16; A: “Protocol version mismatch”
  'exam-other-genesis-and-version': undefined,

  // A leaves its peers the way geth v1.8.12 did: a peer that eth has registered is
  // removed, with “useless peer”, before the error of eth is told. B’s Status names
  // another genesis block. What does B hear?
  //   'disconnect-3'   Disconnect 3, “useless peer”
  //   'nothing'        Nothing; the line closes
  //   'disconnect-16'  Disconnect 16, “subprotocol error”
  //   'disconnect-2'   Disconnect 2, “breach of protocol”
  'exam-2018-other-genesis': undefined,

  // The same habit of v1.8.12. B’s Status was good, and it is registered. Now it sends
  // code 33, the first one past eth/63. What does B hear?
  //   'disconnect-3'   Disconnect 3, “useless peer”
  //   'disconnect-2'   Disconnect 2, “breach of protocol”
  //   'disconnect-16'  Disconnect 16, “subprotocol error”
  //   'nothing'        Nothing; the line closes
  'exam-2018-code-33': undefined,
};
