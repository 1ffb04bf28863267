import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { maxKeptBytes, Output } from '../../impl/node/output.ts';

/** A reader that takes one piece at each `take`, and everything from `readsOn` on. */
class Reader extends Writable {
  text = '';
  pieces = 0;
  #reads = false;
  #taken: (() => void) | undefined;

  override _write(piece: Buffer, _: string, done: (error?: Error) => void): void {
    const take = (): void => {
      this.#taken = undefined;
      this.text += piece.toString();
      this.pieces++;
      done();
    };
    if (this.#reads) take();
    else this.#taken = take;
  }

  take(): void {
    this.#taken?.();
  }

  readsOn(): void {
    this.#reads = true;
    this.take();
  }
}

function outputTo(reader: Writable): Output {
  const output = new Output('standard output', reader);
  output.tellLeftOut = ({ lines, minor }) => `left out ${lines}, minor ${minor}\n`;
  return output;
}

/** A line of a kilobyte. */
function kilobyte(text: string): string {
  return `${text.padEnd(1023, '.')}\n`;
}

const kilobytes = maxKeptBytes / 1024;

describe('Output', () => {
  it('writes lines as they come, in order', async () => {
    const reader = new Reader();
    reader.readsOn();
    const output = outputTo(reader);
    for (const line of ['a\n', 'b\n', 'ü\n']) output.write(line);
    await output.flushed();
    expect(reader.text).toBe('a\nb\nü\n');
    expect(output.kept).toBe(0);
  });

  it('has one write on its way, so the stream keeps no queue', () => {
    const reader = new Reader();
    const output = outputTo(reader);
    for (let i = 0; i < 1000; i++) output.write(kilobyte('x'));
    expect(reader.writableLength).toBeLessThan(2 * 64 * 1024);
    expect(output.kept).toBe(1000 * 1024);
  });

  it('keeps at most 8 MiB for a reader that has stopped, and leaves messages out first', () => {
    const output = outputTo(new Reader());
    for (let i = 0; i < kilobytes; i++) output.write(kilobyte('message'), true);
    expect(output.kept).toBe(maxKeptBytes / 2);
    for (let i = 0; i < kilobytes; i++) output.write(kilobyte('event'));
    expect(output.kept).toBe(maxKeptBytes);
    expect(output.leftOut).toEqual({ lines: kilobytes, minor: kilobytes / 2 });
  });

  it('counts what it left out, in one line, when it is read again', async () => {
    const reader = new Reader();
    const output = outputTo(reader);
    for (let i = 0; i < kilobytes; i++) output.write(kilobyte(`message ${i}`), true);
    for (let i = 0; i < kilobytes; i++) output.write(kilobyte(`event ${i}`));
    output.write('one more\n');
    reader.readsOn();
    await output.flushed();
    const lines = reader.text.split('\n').map((line) => line.replace(/\.+$/, ''));
    const half = kilobytes / 2;
    const counts = lines.filter((line) => line.startsWith('left out'));
    expect(counts).toEqual([`left out ${kilobytes + 1}, minor ${half}`]);
    const events = lines.filter((line) => line.startsWith('event'));
    expect(events).toEqual(Array.from({ length: half }, (_, i) => `event ${i}`));
    output.write('again\n', true);
    await output.flushed();
    expect(reader.text.endsWith('\nagain\n')).toBe(true);
  });

  it('tells once that the stream has failed, keeps nothing, and lets nobody wait', async () => {
    const failing = new Writable({
      write(_piece, _encoding, done) {
        done(new Error('ENOSPC'));
      },
    });
    const output = outputTo(failing);
    const failures: string[] = [];
    output.listen((error) => failures.push(error.message));
    output.write('a\n');
    output.write('b\n');
    await output.flushed();
    output.write('c\n');
    await new Promise((resolve) => setImmediate(resolve));
    expect(failures).toEqual(['ENOSPC']);
    expect(output.kept).toBe(0);
    expect(output.failed).toBe(true);
  });
});
