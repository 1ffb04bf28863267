/**
 * A sketch of a connection in the trace format, for a build that has no recorded run:
 * enough to develop the player with. Whoever shows it says that it is a sample.
 */
import { writeTrace, type TraceEvent, type TraceKind } from '../../impl/csp/trace.ts';

class Sketch {
  readonly events: TraceEvent[] = [];
  readonly bytes: string[] = [];
  t = 0;

  add(
    task: string,
    e: TraceKind,
    fields: Partial<TraceEvent> = {},
    hex?: string,
  ): void {
    const n = task.slice(0, 1);
    const k = task.slice(2);
    const b = hex === undefined ? {} : { b: this.bytes.push(hex) - 1 };
    this.events.push({ i: this.events.length, t: this.t, n, k, e, ...fields, ...b });
  }

  go(parent: string, name: string): void {
    this.add(parent, 'event', { v: `go ${name}` });
    this.add(`${parent.slice(0, 1)}/${name}`, 'start');
  }

  pass(channel: string, from: string, to: string, v: string): void {
    this.add(from, 'send', { ch: channel, v });
    this.add(to, 'wake', { on: `recv ${channel}` });
    this.add(to, 'select', { ch: `recv ${channel}`, v: channel });
  }

  message(from: string, to: string, what: string, payload: string): void {
    this.add(from, 'msg', { v: `out ${what}, ${payload.length / 2} bytes` }, payload);
    this.add(from, 'write', { ch: 'conn' }, noise(what, payload.length / 2 + 48));
    this.t += 0.4;
    this.add(to, 'wake', { on: 'read conn' });
    this.add(to, 'read', { ch: 'conn' }, noise(what, payload.length / 2 + 48));
    this.add(to, 'msg', { v: `in ${what}, ${payload.length / 2} bytes` }, payload);
  }
}

/** Bytes that look encrypted and are the same each time. */
function noise(seed: string, length: number): string {
  let state = [...seed].reduce((sum, char) => (sum * 31 + char.charCodeAt(0)) >>> 0, 7);
  let hex = '';
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    hex += (state >>> 24).toString(16).padStart(2, '0');
  }
  return hex;
}

function helloPayload(name: string): string {
  const text = [...name]
    .map((char) => char.charCodeAt(0).toString(16).padStart(2, '0'))
    .join('');
  const id = `b840${noise(name, 64)}`;
  const nameItem = (0x80 + name.length).toString(16) + text;
  const body = `05${nameItem}cac5836574683ec5836574683f80${id}`;
  return `f8${(body.length / 2).toString(16)}${body}`;
}

function statusPayload(): string {
  const hash = (seed: string): string => `a0${noise(seed, 32)}`;
  const body = `3f01850400000000${hash('head')}${hash('genesis')}`;
  return `f8${(body.length / 2).toString(16)}${body}`;
}

export function sampleTrace(): string {
  const run = new Sketch();
  for (const node of ['A', 'B']) {
    run.add(`${node}/Server.run`, 'start');
    run.add(`${node}/Server.run`, 'block', {
      on: 'recv quit | recv posthandshake | recv addpeer',
    });
    run.go(`${node}/Server.run`, 'setupConn');
  }
  run.t = 1.2;
  run.message('A/setupConn', 'B/setupConn', 'auth', noise('auth', 307));
  run.message('B/setupConn', 'A/setupConn', 'ack', noise('ack', 210));
  for (const node of ['A', 'B']) {
    run.pass('posthandshake', `${node}/setupConn`, `${node}/Server.run`, 'conn');
    run.pass('cont', `${node}/Server.run`, `${node}/setupConn`, 'ok');
    run.add(`${node}/Server.run`, 'block', {
      on: 'recv quit | recv posthandshake | recv addpeer',
    });
  }
  run.t = 3;
  run.message('A/setupConn', 'B/setupConn', 'Hello', helloPayload('peerwalk/A'));
  run.message('B/setupConn', 'A/setupConn', 'Hello', helloPayload('peerwalk/B'));
  for (const node of ['A', 'B']) {
    run.pass('addpeer', `${node}/setupConn`, `${node}/Server.run`, 'conn');
    run.go(`${node}/Server.run`, 'runPeer');
    run.pass('cont', `${node}/Server.run`, `${node}/setupConn`, 'ok');
    run.add(`${node}/setupConn`, 'end');
    run.add(`${node}/Server.run`, 'block', {
      on: 'recv quit | recv addpeer | recv delpeer',
    });
    for (const child of ['readLoop', 'pingLoop', 'eth/63'])
      run.go(`${node}/runPeer`, child);
    run.add(`${node}/runPeer`, 'block', {
      on: 'recv writeErr | recv readErr | recv protoErr | recv disc',
    });
    run.add(`${node}/pingLoop`, 'block', { on: 'timer 15 s | recv closed' });
    run.add(`${node}/readLoop`, 'block', { on: 'read conn' });
  }
  run.t = 4.6;
  for (const [from, to] of [
    ['A', 'B'],
    ['B', 'A'],
  ] as const) {
    run.pass('writeStart', `${from}/runPeer`, `${from}/eth/63`, 'token');
    run.message(`${from}/eth/63`, `${to}/readLoop`, 'Status', statusPayload());
    run.pass('in', `${to}/readLoop`, `${to}/eth/63`, 'Status');
    run.add(`${to}/readLoop`, 'block', { on: 'read conn' });
    run.add(`${from}/runPeer`, 'block', {
      on: 'recv writeErr | recv readErr | recv disc',
    });
  }
  run.t = 6.5;
  run.message('A/eth/63', 'B/readLoop', 'GetBlockHeaders', 'c401018080');
  run.pass('in', 'B/readLoop', 'B/eth/63', 'GetBlockHeaders');
  run.t = 8;
  run.message(
    'B/eth/63',
    'A/readLoop',
    'BlockHeaders',
    `f9021c${noise('headers', 540)}`,
  );
  run.pass('in', 'A/readLoop', 'A/eth/63', 'BlockHeaders');
  run.t = 9.5;
  run.add('A/runPeer', 'wake');
  run.add('A/runPeer', 'select', { ch: 'recv disc', v: 'disc' });
  run.add('A/runPeer', 'event', { ch: 'closed', v: 'close closed' });
  run.message('A/runPeer', 'B/readLoop', 'Disconnect', 'c180');
  for (const task of ['pingLoop', 'eth/63', 'readLoop']) run.add(`A/${task}`, 'end');
  run.add('A/runPeer', 'end');
  run.pass('readErr', 'B/readLoop', 'B/runPeer', 'disconnect requested');
  run.add('B/runPeer', 'event', { ch: 'closed', v: 'close closed' });
  for (const task of ['readLoop', 'pingLoop', 'eth/63']) run.add(`B/${task}`, 'end');
  run.add('B/runPeer', 'end');
  return writeTrace({
    head: {
      peerwalkTrace: 1,
      code: 'sample',
      scenario: 'meet',
      seed: 'sample',
      schedule: '',
    },
    events: run.events,
    bytes: run.bytes,
  });
}
