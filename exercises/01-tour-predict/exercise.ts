import type { Answers } from '#kit/answers.ts';

// TODO: for each question, one of the ids that stand before its choices.
export const answers: Answers = {
  // After the first handshake, RLPx, each node asks its own run loop, at checkpoint 1,
  // whether the other may stay. Which of the two asks first?
  //   'A'         A, which has dialed
  //   'B'         B, which was dialed
  //   'together'  Both at the same moment
  'first-at-checkpoint-1': undefined,

  // B’s Hello went out before A’s. Then each sends its Status, as soon as it may. Whose
  // Status goes out first?
  //   'A'         A, which has dialed
  //   'B'         B, which was dialed
  //   'together'  Both at the same moment
  'first-status': undefined,

  // At 10,000 ms the clock of the synchronisation strikes in A, and A asks for headers.
  // B has such a clock too, which strikes at that moment. What does B send because of
  // it?
  //   'request'  It asks A for headers as well
  //   'blocks'   Its blocks, since A has fewer
  //   'nothing'  Nothing
  'tick-of-b': undefined,

  // From the dial to the last block, how many Pings do the two send each other?
  //   'none'      None
  //   'one-each'  One each, right at the start
  //   'many'      One each second while the line is quiet
  pings: undefined,

  // A has its eight blocks, and stops. What does B hear?
  //   'nothing'     Nothing; the line closes
  //   'disconnect'  A Disconnect, with a reason in it
  //   'ping'        Nothing at first; B notices at its next Ping
  farewell: undefined,
};
