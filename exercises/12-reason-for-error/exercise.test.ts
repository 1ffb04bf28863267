import { describe, expect, it } from 'vitest';
import { ConnClosed, DeadlineExceeded, EndOfStream } from '#impl/net/net-conn.ts';
import {
  CodeOutOfRange,
  DiscError,
  discReasonText,
  PeerError,
  ProtocolReturned,
} from '#impl/p2p/peer-error.ts';
import { RlpError } from '#impl/rlp/errors.ts';
import { Prng } from '#impl/sim/prng.ts';
import { discReasonForError } from './exercise.ts';

/** What the remote hears when `error` ends the peer, in words. */
function hears(error: unknown): string {
  const reason: unknown = discReasonForError(error);
  if (typeof reason !== 'number') return `no number, but ${typeof reason}`;
  return `${reason}, “${discReasonText(reason)}”`;
}

/** Whoever asks it for a property gets an error. */
function sealed(): object {
  const refuse = (): never => {
    throw new Error('nobody may look into this');
  };
  const keys = ['name', 'message', 'code', 'reason', 'constructor', 'toString'];
  const locks = keys.map((key) => [key, { get: refuse }] as const);
  return Object.defineProperties({}, Object.fromEntries(locks));
}

const breach = '2, “breach of protocol”';
const quitting = '8, “client quitting”';
const subprotocol = '16, “subprotocol error”';

describe('discReasonForError', () => {
  it('passes on a reason that is decided already', () => {
    expect(hears(new DiscError(4)), 'after DiscError(4)').toBe('4, “too many peers”');
  });

  it('says that we quit when a protocol returns without an error', () => {
    expect(hears(new ProtocolReturned()), 'after ProtocolReturned').toBe(quitting);
  });

  it.each(['invalid-msg-code', 'invalid-msg'] as const)(
    'calls %s a breach of protocol',
    (code) => {
      expect(hears(new PeerError(code)), `after PeerError(${code})`).toBe(breach);
      expect(hears(new PeerError(code, 'detail')), 'with a detail').toBe(breach);
    },
  );

  it('calls any other error of a protocol a subprotocol error', () => {
    const error = new Error('the genesis blocks differ');
    expect(hears(error), 'after an Error of a protocol').toBe(subprotocol);
    expect(hears(new RangeError('bug')), 'after a RangeError').toBe(subprotocol);
  });

  it('has no reason of its own for a line that closed, or for a clock that ran out', () => {
    expect(hears(new EndOfStream()), 'after EndOfStream').toBe(subprotocol);
    expect(hears(new DeadlineExceeded('read')), 'after DeadlineExceeded').toBe(
      subprotocol,
    );
  });

  it.each([
    ['a connection that was closed here', new ConnClosed('read')],
    ['a code that nobody owns', new CodeOutOfRange(200)],
    ['bytes that cannot be read', new RlpError('truncated', 0, 'Status')],
    ['several errors in one', new AggregateError([new DiscError(4)])],
  ])('has no reason of its own for %s', (_, error) => {
    expect(hears(error), `after ${error.name}`).toBe(subprotocol);
  });

  it('does not ask for the cause of an error', () => {
    for (const cause of [
      new DiscError(4),
      new PeerError('invalid-msg'),
      new ProtocolReturned(),
    ]) {
      const error = new Error('no block', { cause });
      expect(hears(error), `after an Error whose cause is ${cause.name}`).toBe(
        subprotocol,
      );
    }
  });

  it('passes on reason 0 like any other', () => {
    const expected = '0, “disconnect requested”';
    expect(hears(new DiscError(0)), 'after DiscError(0)').toBe(expected);
  });

  it('passes on every number, with a name or without', () => {
    const random = new Prng('reasons');
    const drawn = Array.from({ length: 100 }, () => random.uint32());
    const greatest = Number.MAX_SAFE_INTEGER;
    for (const reason of [...Array(300).keys(), ...drawn, greatest].slice(1)) {
      const heard = discReasonForError(new DiscError(reason));
      const what = `the reason after DiscError(${reason})`;
      if (heard !== reason) expect(heard, what).toBe(reason);
    }
  });

  it('decides by the class, not by the text', () => {
    expect(hears(new Error('protocol returned')), 'the text alone').toBe(subprotocol);
    expect(hears(new Error('too many peers')), 'the text alone').toBe(subprotocol);
    const named = Object.assign(new Error('any'), { reason: 4, code: 'invalid-msg' });
    expect(hears(named), 'an Error with `reason` and `code`').toBe(subprotocol);
  });

  it.each(['DiscError', 'ProtocolReturned', 'PeerError'])(
    'decides by the class, not by the name: an Error that calls itself %s',
    (name) => {
      const error = Object.assign(new Error('any'), { name, reason: 4 });
      expect(hears(error), `an Error whose name is ${name}`).toBe(subprotocol);
      const other = { [name]: class extends Error {} }[name] ?? Error;
      expect(hears(new other()), `another class ${name}`).toBe(subprotocol);
    },
  );

  it('knows our errors whatever they are called', () => {
    const name = 'Error';
    const decided = Object.assign(new DiscError(4), { name });
    expect(hears(decided), 'a DiscError of another name').toBe('4, “too many peers”');
    const returned = Object.assign(new ProtocolReturned(), { name });
    expect(hears(returned), 'a ProtocolReturned of another name').toBe(quitting);
    const broken = Object.assign(new PeerError('invalid-msg'), { name });
    expect(hears(broken), 'a PeerError of another name').toBe(breach);
  });

  it.each([
    ['undefined', undefined],
    ['null', null],
    ['a text', 'no Status'],
    ['a number', 4],
    ['an object', { reason: 4 }],
    ['a function', hears],
    ['an object without a prototype', Object.create(null) as unknown],
    ['an object that throws when it is looked at', sealed()],
  ])('answers even if what was thrown is %s', (what, thrown) => {
    expect(hears(thrown), `after a throw of ${what}`).toBe(subprotocol);
  });
});
