import type { Answers } from '#kit/answers.ts';

// TODO: for each step, one of the ids that stand before its choices.
export const answers: Answers = {
  // At 1 ms, what does `readLoop` wait for?
  //   'for-line'      For bytes on the line
  //   'for-eth'       For eth, to take a message
  //   'for-chat'      For chat, to take a message
  //   'for-pingLoop'  For `pingLoop`, to take a Ping
  'readLoop-at-1': undefined,

  // At 1 ms, what does `pingLoop` wait for?
  //   'for-readLoop'  For `readLoop`, to bring something
  //   'for-chat'      For chat, to take a message
  //   'for-line'      For bytes on the line
  //   'over'          For nothing; it is over
  'pingLoop-at-1': undefined,

  // At 299 ms, what does eth wait for?
  //   'for-readLoop'  For `readLoop`, to bring something
  //   'for-chat'      For chat, to take a message
  //   'for-handler'   For its own handler, to be through
  //   'over'          For nothing; it is over
  'eth-at-299': undefined,

  // At 301 ms, what does eth wait for?
  //   'for-handler'   For its own handler, to be through
  //   'for-readLoop'  For `readLoop`, to bring something
  //   'for-chat'      For chat, to take a message
  //   'over'          For nothing; it is over
  'eth-at-301': undefined,

  // At 301 ms, what does `readLoop` wait for?
  //   'for-eth'   For eth, to take a message
  //   'for-line'  For bytes on the line
  //   'over'      For nothing; it is over
  //   'for-chat'  For chat, to take a message
  'readLoop-at-301': undefined,

  // At 501 ms, what does `readLoop` wait for?
  //   'over'      For nothing; it is over
  //   'for-eth'   For eth, to take a message
  //   'for-line'  For bytes on the line
  //   'for-chat'  For chat, to take a message
  'readLoop-at-501': undefined,

  // At 501 ms, what does `runPeer` wait for?
  //   'for-cause'        For a first cause of its end
  //   'over'             For nothing; it is over
  //   'for-end-of-chat'  For the end of chat
  //   'for-end-of-both'  For the end of eth and of chat
  'runPeer-at-501': undefined,

  // At 801 ms, what does `runPeer` wait for?
  //   'for-end-of-both'  For the end of eth and of chat
  //   'for-end-of-eth'   For the end of eth
  //   'for-end-of-chat'  For the end of chat
  //   'over'             For nothing; it is over
  'runPeer-at-801': undefined,
};
