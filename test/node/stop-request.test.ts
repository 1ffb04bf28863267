import { Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Output } from '../../impl/node/output.ts';
import { StopRequest } from '../../impl/node/stop-request.ts';

/** Takes everything, until `failure` is set. */
class Sink extends Writable {
  text = '';
  failure: Error | undefined;

  override _write(piece: Buffer, _: string, done: (error?: Error) => void): void {
    if (this.failure === undefined) this.text += piece.toString();
    done(this.failure);
  }
}

const terminal = vi.hoisted(() => ({ isHere: false }));
vi.mock('node:tty', async (original) => ({
  ...(await original<typeof import('node:tty')>()),
  isatty: () => terminal.isHere,
}));

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** What happened, in order. */
let seen: string[];
let out: Sink;
let err: Sink;
let request: StopRequest;
let before: Map<string, readonly unknown[]>;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] });
  before = new Map(signals.map((signal) => [signal, process.listeners(signal)]));
  seen = [];
  out = new Sink();
  err = new Sink();
  request = new StopRequest(
    new Output('standard output', out),
    new Output('standard error', err),
  );
  request.listen();
});

afterEach(() => {
  request.nodeEnded(); // stops its clock
  for (const signal of signals) {
    const old = before.get(signal) ?? [];
    for (const listener of process.listeners(signal)) {
      if (!old.includes(listener)) process.off(signal, listener);
    }
  }
  vi.useRealTimers();
});

function attend(): void {
  request.onRequest(
    () => seen.push('stop'),
    () => seen.push('give up'),
  );
}

function send(signal: NodeJS.Signals): void {
  // To ours alone: the test's own process is not to end.
  const old = before.get(signal) ?? [];
  for (const listener of process.listeners(signal)) {
    if (!old.includes(listener)) listener(signal);
  }
}

describe('StopRequest', () => {
  it('stops once, whatever npm hands on within a second', () => {
    attend();
    send('SIGINT');
    vi.advanceTimersByTime(900);
    send('SIGINT');
    send('SIGTERM');
    expect(seen).toEqual(['stop']);
    expect(request.hasFailed).toBe(false);
  });

  it('remembers a signal that comes before anybody attends', () => {
    send('SIGTERM');
    expect(seen).toEqual([]);
    attend();
    expect(seen).toEqual(['stop']);
  });

  it('gives up what is left when another signal comes later on', () => {
    attend();
    send('SIGINT');
    vi.advanceTimersByTime(1_001);
    send('SIGINT');
    expect(seen).toEqual(['stop', 'give up']);
  });

  it('gives up at the first signal when no peer is left', () => {
    attend();
    request.nodeEnded();
    send('SIGINT');
    expect(seen).toEqual(['give up', 'stop']);
  });

  it('does not give up for a signal that npm hands on after the last peer left', () => {
    attend();
    send('SIGINT');
    vi.advanceTimersByTime(50);
    request.nodeEnded();
    send('SIGINT');
    expect(seen).toEqual(['stop']);
  });

  it('takes no notice of SIGHUP without a terminal', async () => {
    attend();
    send('SIGHUP');
    expect(seen).toEqual([]);
    await request.lastWords();
    expect([request.hasFailed, err.text]).toEqual([false, '']);
  });

  it('stops with one line when its terminal is gone, however that shows', async () => {
    terminal.isHere = true;
    const before = process.listeners('exit');
    [out, err] = [new Sink(), new Sink()];
    const other = new StopRequest(
      new Output('standard output', out),
      new Output('standard error', err),
    );
    other.listen();
    other.onRequest(
      () => seen.push('stop'),
      () => seen.push('give up'),
    );
    send('SIGHUP');
    out.emit('error', Object.assign(new Error('write EIO'), { code: 'EIO' }));
    send('SIGHUP');
    await other.lastWords();
    for (const listener of process.listeners('exit')) {
      // It would close what the tests are told on.
      if (!before.includes(listener)) process.off('exit', listener);
    }
    terminal.isHere = false;
    expect(seen).toEqual(['stop']);
    expect(other.hasFailed).toBe(true);
    expect(err.text).toBe('peerwalk: the terminal is gone; stopped\n');
  });

  it.each([
    ['EPIPE', 'nobody reads it any more'],
    ['ENOSPC', 'no space left on the device'],
  ])('stops with one line when nothing can be printed: %s', async (code, why) => {
    attend();
    const error = Object.assign(new Error(`write ${code}`), { code });
    out.emit('error', error);
    out.emit('error', error);
    expect(seen).toEqual(['stop']);
    expect(request.hasFailed).toBe(true);
    await request.lastWords();
    expect(err.text).toBe(`peerwalk: standard output: ${why} (${code}); stopped\n`);
  });

  it('stops when standard error cannot be written, and tells nobody', async () => {
    attend();
    const error = Object.assign(new Error('write ENOSPC'), { code: 'ENOSPC' });
    err.emit('error', error);
    await request.lastWords();
    expect(seen).toEqual(['stop']);
    expect(request.hasFailed).toBe(true);
    expect(out.text).toBe('');
  });
});
