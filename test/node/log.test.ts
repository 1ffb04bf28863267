import { describe, expect, it } from 'vitest';
import { Log } from '../../impl/node/log.ts';
import type { LogLevel } from '../../impl/node/options.ts';

function linesOf(level: LogLevel, act: (log: Log) => void): string[] {
  const lines: string[] = [];
  const log = new Log(
    level,
    () => 12.4,
    (line) => lines.push(line),
  );
  act(log);
  return lines;
}

describe('Log', () => {
  it('writes a fault with its stack as one line, at every level', () => {
    const error = new TypeError('x is "not"\na function');
    for (const level of ['error', 'warn', 'info', 'debug'] as const) {
      const [line = '', ...more] = linesOf(level, (log) => {
        log.fault('eth/63', error);
      });
      expect(more).toEqual([]);
      expect(line.trimEnd()).not.toContain('\n');
      expect(line).toContain('t=12 level=error msg="a task failed" task=eth/63 ');
      expect(line).toContain('log.test.ts');
    }
  });

  it('shows what happens to peers from info on, and messages at debug', () => {
    const act = (log: Log): void => {
      log.event({ type: 'refused', remote: '10.0.0.2:1', error: 'too many peers' });
      log.event({ type: 'msg-send', peer: 'ab', protocol: 'eth', code: 1, size: 2 });
    };
    expect(linesOf('warn', act)).toEqual([]);
    const refused =
      't=12 level=info msg=refused remote=10.0.0.2:1 error="too many peers"\n';
    expect(linesOf('info', act)).toEqual([refused]);
    expect(linesOf('debug', act)).toHaveLength(2);
  });

  it('warns when the system gives no connections', () => {
    const lines = linesOf('warn', (log) => {
      log.event({ type: 'accept-error', error: 'accept: accept ENOBUFS', count: 5 });
    });
    expect(lines).toEqual([
      't=12 level=warn msg=accept-error error="accept: accept ENOBUFS" count=5\n',
    ]);
  });

  it('has messages left out first, and counts what was, at every level', () => {
    const minors: boolean[] = [];
    const log = new Log(
      'debug',
      () => 12.4,
      (_, isMinor) => minors.push(isMinor),
    );
    log.event({ type: 'msg-recv', peer: 'ab', protocol: 'eth', code: 1, size: 2 });
    log.event({ type: 'refused', remote: 'x', error: 'y' });
    expect(minors).toEqual([true, false]);
    expect(log.leftOut({ lines: 5, minor: 3 })).toBe(
      't=12 level=warn msg=left-out lines=5 messages=3\n',
    );
  });

  it('lets no stranger write a line or steer a terminal', () => {
    const [line] = linesOf('info', (log) => {
      log.event({ type: 'refused', remote: 'x', error: 'a\n\u001b[2J level=error' });
    });
    expect(line).toContain('error="a\\n\\u001b[2J level=error"');
  });
});
