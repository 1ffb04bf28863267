/** Which line an event is told to stand at, from the marks that instrumented code leaves. */

import { expect, it } from 'vitest';
import {
  backInCsp,
  backInMachinery,
  backInOwn,
  backInStory,
  baseOf,
  callerAt,
  hasMarks,
  inCsp,
  inMachinery,
  inOwn,
  inStory,
  leaveOwn,
  lineAt,
  newWhere,
  standAt,
  storyNow,
  type Where,
} from '../../impl/csp/where.ts';

const marksAtFirst = hasMarks();
const peer = baseOf('impl/p2p/peer.ts');
const pipe = baseOf('impl/net/pipe.ts');
const chan = baseOf('impl/csp/chan.ts');
const own = baseOf('exercises/14/exercise.ts');

/** A task that marks are of from now on. */
function newTask(): Where {
  const where = newWhere();
  standAt(where);
  return where;
}

it('there are marks as soon as a file has asked for its base, which it keeps', () => {
  expect(marksAtFirst).toBe(false);
  expect(hasMarks()).toBe(true);
  expect(baseOf('impl/p2p/peer.ts')).toBe(peer);
  expect(new Set([peer, pipe, chan, own]).size).toBe(4);
});

it('a task that has left no mark stands nowhere', () => {
  const task = newTask();
  expect(lineAt(task)).toBeUndefined();
  expect(callerAt(task)).toBeUndefined();
});

it('the story’s line is told, though machinery and channels run below it', () => {
  const task = newTask();
  inCsp(chan + 7);
  expect(lineAt(task)).toBe('impl/csp/chan.ts:7');
  inMachinery(pipe + 30, storyNow());
  expect(lineAt(task)).toBe('impl/net/pipe.ts:30');
  inStory(peer + 120);
  inMachinery(pipe + 31, storyNow());
  inCsp(chan + 8);
  expect(lineAt(task)).toBe('impl/p2p/peer.ts:120');
  expect(lineAt(task)).toBe('impl/p2p/peer.ts:120'); // its text is kept
});

it('machinery that was called by a story gives it back when a story below has ended', () => {
  const task = newTask();
  inStory(peer + 120);
  const story = storyNow();
  inMachinery(pipe + 30, story);
  inStory(peer + 5); // somebody whom the machinery called
  expect(backInMachinery(pipe + 30, story, 'given')).toBe('given');
  expect(lineAt(task)).toBe('impl/p2p/peer.ts:120');
});

it('the second call of a statement has its line again, and the first one’s value', () => {
  const task = newTask();
  inStory(peer + 1);
  expect(backInStory(peer + 2, 41)).toBe(41);
  expect(lineAt(task)).toBe('impl/p2p/peer.ts:2');
  const below = newTask();
  expect(backInCsp(chan + 3, 42)).toBe(42);
  expect(lineAt(below)).toBe('impl/csp/chan.ts:3');
});

it('a reader’s line is kept beside while what it has called runs, and no longer', () => {
  const task = newTask();
  inOwn(own + 3);
  expect([lineAt(task), callerAt(task)]).toEqual([
    'exercises/14/exercise.ts:3',
    undefined,
  ]);
  inStory(peer + 9);
  expect(callerAt(task)).toBe('exercises/14/exercise.ts:3');
  expect(backInOwn(own + 4, 'x')).toBe('x');
  expect(lineAt(task)).toBe('exercises/14/exercise.ts:4');
  leaveOwn();
  inStory(peer + 10);
  expect(callerAt(task)).toBeUndefined();
});

it('each task has its own lines', () => {
  const [first, second] = [newTask(), newTask()];
  standAt(first);
  inStory(peer + 1);
  standAt(second);
  inStory(peer + 2);
  expect([lineAt(first), lineAt(second)]).toEqual([
    'impl/p2p/peer.ts:1',
    'impl/p2p/peer.ts:2',
  ]);
});
