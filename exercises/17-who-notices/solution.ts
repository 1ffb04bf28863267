import type { Answers } from '#kit/answers.ts';

export const answers: Answers = {
  'clocks-pings-for-a-status': 'status-at-5s-disconnect-11',
  'clocks-slow-handshake': 'handshakes-at-5s-nothing',
  'clocks-half-a-message': 'read-at-42s-nothing',
  'clocks-pongs-for-40-s': 'read-at-60s-nothing',
  'clocks-deaf-talker': 'write-at-20s-nothing',
  'clocks-slow-protocol': 'read-at-70s-nothing',
  'clocks-farewell-to-the-deaf': 'farewell-at-3s-nothing',
};
