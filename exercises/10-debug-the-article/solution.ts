import type { Answers } from '#kit/answers.ts';

export const answers: Answers = {
  feed: 'not-so',
  'feed-place': 'peer-feed',
  codes: 'not-so',
  'codes-place': 'peer-handle',
  'one-task': 'not-so',
  'one-task-place': 'write-msg',
  'new-peer-ch': 'not-so',
  'new-peer-ch-place': 'run-closure',
  offset: 'so',
  'offset-place': 'read-msg',
  tasks: 'so',
  'tasks-place': 'start-protocols',
  running: 'not-so',
  'running-place': 'match-protocols',
};
