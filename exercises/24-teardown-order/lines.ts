import type { Puzzle } from '#kit/parsons.ts';

export const puzzle: Puzzle = {
  lines: [
    { id: 'wait', code: 'await session.tasks.wait();' },
    { id: 'news', code: 'session.news(`${session.name} has left`);' },
    { id: 'cut', code: 'session.line.cut();' },
    { id: 'answer', code: 'await session.line.read(); // its answer' },
    { id: 'gone', code: 'await session.gone.send(session.name);' },
    { id: 'stop', code: 'session.stop.close();' },
    { id: 'reports', code: 'await session.reports.recv(); // why each has ended' },
    { id: 'tell', code: 'await session.line.tell(reason, 1_000);' },
  ],
  needs: 6,
  blanks: {},
  before: 'async function leave(session, reason) {',
  after: '}',
  declares: 'leave',
  scope: {},
};
