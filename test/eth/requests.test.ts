import { describe, expect, it } from 'vitest';
import { sleep } from '../../impl/csp/timer.ts';
import { messagesOf } from '../../impl/eth/handle-msg.ts';
import { protocolVersions, wireOf } from '../../impl/eth/protocol.ts';
import { lateAnswerMs, RequestTracker } from '../../impl/eth/requests.ts';
import { simulated } from './harness.ts';

describe('RequestTracker, keyed by order', () => {
  it('gives an answer to the oldest request of its kind, whatever id it names', () => {
    const tracker = new RequestTracker('order');
    const headers = tracker.open('headers', 1);
    const bodies = [tracker.open('bodies', 2), tracker.open('bodies', 3)];
    expect(tracker.take('bodies', 99n)).toBe(bodies[0]);
    expect(tracker.take('bodies')).toBe(bodies[1]);
    expect(tracker.take('bodies')).toBeUndefined();
    expect(tracker.take('headers')).toBe(headers);
    expect(tracker.take('state')).toBeUndefined();
  });

  it('forgets what was given up a minute ago, and nothing that somebody waits for', async () => {
    await simulated(async () => {
      const tracker = new RequestTracker('order');
      const [late, open] = [tracker.open('headers', 1), tracker.open('headers', 2)];
      late.giveUp();
      await sleep(lateAnswerMs);
      expect(tracker.take('headers')).toBe(open);
    });
  });
});

describe('OpenRequest.deliver', () => {
  it('leaves the answer in its place, whether somebody waits for it or not', async () => {
    await simulated(async () => {
      const request = new RequestTracker('order').open('bodies', 1);
      request.deliver([]);
      expect(request.answer.length).toBe(1);
      expect(await request.answer.recv()).toEqual([]);
    });
  });
});

describe('RequestTracker, keyed by request id', () => {
  it('gives an answer to the request that it names, in any order', () => {
    const tracker = new RequestTracker('request-id');
    const [one, two] = [tracker.open('headers', 1), tracker.open('headers', 1)];
    expect(one.id).not.toBe(two.id);
    expect(tracker.take('headers', two.id)).toBe(two);
    expect(tracker.take('headers', two.id)).toBeUndefined();
    expect(tracker.take('headers')).toBeUndefined();
    expect(tracker.take('headers', one.id)).toBe(one);
  });

  it('does not give it to a request of another kind', () => {
    const tracker = new RequestTracker('request-id');
    const { id } = tracker.open('headers', 1);
    expect(tracker.take('bodies', id)).toBeUndefined();
    expect(tracker.take('headers', id)).toBeDefined();
  });
});

describe('messagesOf', () => {
  it('has no code that its version does not use', () => {
    for (const version of protocolVersions) {
      const codes = [...messagesOf(version).keys()];
      expect(Math.max(...codes)).toBe(wireOf(version).length - 1);
    }
  });

  it('says which kind of request a message answers', () => {
    const answers = [...messagesOf(63)].flatMap(([code, { answers }]) =>
      answers === undefined ? [] : [[code, answers]],
    );
    expect(answers).toEqual([
      [0x04, 'headers'],
      [0x06, 'bodies'],
      [0x0e, 'state'],
      [0x10, 'receipts'],
    ]);
  });
});
