/** Each link to a step, and the sentence of the step that it leads to. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { findStep, playedBy, StepError } from '../../.vitepress/build/steps.ts';
import { traceFile } from '../../.vitepress/build/trace-file.ts';
import { buildModel, type TraceModel } from '../../.vitepress/lab/model.ts';
import { sentence } from '../../.vitepress/lab/sentence.ts';
import { parts } from '../../.vitepress/theme/strings/parts.en.ts';
import { readTrace } from '../../impl/csp/trace.ts';
import { repoDir } from '../site/build.ts';

/**
 * Read each line as a reader would: the words of the link, then what the player says.
 * Milliseconds stand in front, because two links of one sentence speak of one moment.
 */
const pages: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  '01-the-whole-connection': [
    ["B's Status", '125 B: statusWriter sends Status (76 bytes) to A.'],
    [
      'clock of the synchronisation',
      '10000 A: syncer goes on: the sync tick has come.',
    ],
    ['auth', '50 A: dial … sends auth (538 bytes) to B.'],
    ['ack', '75 B: setupConn sends ack (501 bytes) to A.'],
    ['A starts a task to write Hello', '100 A: dial … starts helloWriter.'],
    ['B starts one too', '75 B: setupConn starts helloWriter.'],
    [
      'the connection is offered',
      '75 B: setupConn hands a connection past its encryption handshake to run, through posthandshake.',
    ],
    [
      'the run loop takes it',
      '75 B: run takes a connection past its encryption handshake from setupConn, out of posthandshake.',
    ],
    ['and answers', '75 B: run hands the verdict “go on” to setupConn, through cont.'],
    ['code 16', '100 A: statusWriter sends Status (76 bytes) to B.'],
    ['starts `readLoop`', '100 A: runPeer starts readLoop.'],
    ['`pingLoop`', '100 A: runPeer starts pingLoop.'],
    ['`eth/63`', '100 A: runPeer starts eth/63.'],
    ['`broadcast`', '150 A: eth/63 starts broadcast.'],
    [
      'the offer',
      '125 B: readLoop waits for the first of these: a taker for a message on eth.in; the signal closed.',
    ],
    [
      'and the taking',
      '125 B: statusReader takes Status (76 bytes) from readLoop, out of eth.in.',
    ],
    [
      'gets the report',
      '100 A: runPeer takes the write token and no error from statusWriter, out of writeErr.',
    ],
    ['puts the token back', '100 A: runPeer puts the write token into writeStart.'],
    [
      'the peer is offered',
      '100 A: eth/63 hands the new eth peer … to syncer, through newPeerCh.',
    ],
    [
      'the syncer takes it',
      '100 A: syncer takes the new eth peer … from eth/63, out of newPeerCh.',
    ],
    ["A's, as it left", '100 A: statusWriter sends Status (76 bytes) to B.'],
    ['`eth/63` writes headers', '10025 B: eth/63 sends BlockHeaders (505 bytes) to A.'],
    [
      '`readLoop` reads them',
      '10050 A: readLoop hears BlockHeaders (505 bytes) from B.',
    ],
    [
      'offers them on `eth.in`',
      '10050 A: readLoop hands BlockHeaders (505 bytes) to eth/63, through eth.in.',
    ],
    [
      '`eth/63` takes them',
      '10050 A: eth/63 takes BlockHeaders (505 bytes) from readLoop, out of eth.in.',
    ],
    [
      'asked for them',
      '10050 A: synchronise takes 1 header from eth/63, out of headers.',
    ],
    ['A asks for', '10000 A: requestHeaders sends GetBlockHeaders (37 bytes) to B.'],
  ],
  '02-two-gates': [
    [
      'The first is offered',
      '75 A: setupConn hands a connection past its encryption handshake to run, through posthandshake.',
    ],
    [
      'takes it',
      '75 A: run takes a connection past its encryption handshake from setupConn, out of posthandshake.',
    ],
    ['answers', '75 A: run hands the verdict “go on” to setupConn, through cont.'],
    [
      'takes the second',
      '75 A: run takes a connection past its encryption handshake from setupConn#2, out of posthandshake.',
    ],
    [
      'the first asks again',
      '125 A: setupConn hands a connection past both handshakes to run, through addpeer.',
    ],
    ['becomes a peer', '125 A: run starts runPeer.'],
    [
      'The second asks again',
      '125 A: setupConn#2 hands a connection past both handshakes to run, through addpeer.',
    ],
    ['hears Disconnect', '150 B: listen#2 hears Disconnect 5 (2 bytes) from A.'],
    [
      'The third',
      '475 A: setupConn#3 hands a connection past its encryption handshake to run, through posthandshake.',
    ],
    ['hears the same reason', '500 B: remote#3 hears Disconnect 5 (2 bytes) from A.'],
  ],
  '03-hello': [
    ['A starts its writer', '100 A: dial … starts helloWriter.'],
    ['has come already', '100 A: dial … hears Hello (94 bytes) from B.'],
    ['wrote it', '75 B: helloWriter sends Hello (94 bytes) to A.'],
    ["reads A's", '125 B: setupConn hears Hello (94 bytes) from A.'],
    ["A's Status", '100 A: statusWriter sends Status (76 bytes) to B.'],
    ['one', '125 B: setupConn hears Hello (94 bytes) from A.'],
    ['the other', '125 B: readLoop hears Status (76 bytes) from A.'],
  ],
  '04-match-protocols': [
    [
      "A's run loop takes the connection",
      '100 A: run takes a connection past both handshakes from dial …, out of addpeer.',
    ],
    ['starts `runPeer`', '100 A: run starts runPeer.'],
    [
      'one crossing later',
      '125 B: run takes a connection past both handshakes from setupConn, out of addpeer.',
    ],
    ['first Status', '100 A: statusWriter sends Status (76 bytes) to B.'],
  ],
  '05-new-peer': [
    [
      'The run loop takes the connection',
      '100 A: run takes a connection past both handshakes from dial …, out of addpeer.',
    ],
    ['starts `runPeer`', '100 A: run starts runPeer.'],
    ['starts `readLoop`', '100 A: runPeer starts readLoop.'],
    ['`pingLoop`', '100 A: runPeer starts pingLoop.'],
    ['`eth/63`', '100 A: runPeer starts eth/63.'],
  ],
  '06-peer-run': [
    ['B sends the second Status', '200 B: script sends Status (76 bytes) to A.'],
    ['reads it', '225 A: readLoop hears Status (76 bytes) from B.'],
    [
      'put the error into `protoErr`',
      '225 A: eth/63 hands the error “Extra status message - uncontrolled status message” to runPeer, through protoErr.',
    ],
    [
      'wakes with that error',
      '225 A: runPeer takes the error “Extra status message - uncontrolled status message” from eth/63, out of protoErr.',
    ],
    ['closes `closed`', '225 A: runPeer gives the signal closed: this peer is over.'],
    ['`pingLoop` leaves', '225 A: pingLoop is over.'],
    ['sends Disconnect', '225 A: runPeer sends Disconnect 16 (2 bytes) to B.'],
    ['B hears it', '250 B: listen hears Disconnect 16 (2 bytes) from A.'],
    [
      '`readLoop` fails too',
      '225 A: readLoop puts the error “read: connection closed” into readErr.',
    ],
    [
      'reports the end',
      '275 A: runPeer hands a peer that has ended to run, through delpeer.',
    ],
    [
      'the end of `readLoop`',
      '225 A: readLoop puts the error “read: connection closed” into readErr.',
    ],
  ],
  '07-read-loop': [
    ['hears the Ping', '225 A: readLoop hears Ping (1 byte) from B.'],
    [
      'drops a word of it into `pingRecv`',
      '225 A: readLoop hands the word that a Ping came to pingLoop, through pingRecv.',
    ],
    [
      'waits for bytes again',
      '225 A: readLoop waits for the first of these: bytes from the connection; the time limit for reading.',
    ],
    [
      'takes the word',
      '225 A: pingLoop takes the word that a Ping came from readLoop, out of pingRecv.',
    ],
    ['sends the Pong', '225 A: pingLoop sends Pong (1 byte) to B.'],
    ['hears code 7', '325 A: readLoop hears code 7 (1 byte) from B.'],
    [
      'The request of eth comes',
      '425 A: readLoop hears GetBlockBodies (1 byte) from B.',
    ],
    [
      'hands it over on `eth.in`',
      '425 A: readLoop hands GetBlockBodies (1 byte) to eth/63, through eth.in.',
    ],
    ["eth's task answers", '425 A: eth/63 sends BlockBodies (1 byte) to B.'],
    ['hears the Disconnect', '525 A: readLoop hears Disconnect 4 (2 bytes) from B.'],
    [
      'reports it as an error',
      '525 A: readLoop hands the error “too many peers” to runPeer, through readErr.',
    ],
    ['`run` says goodbye', '525 A: runPeer sends Disconnect 4 (2 bytes) to B.'],
  ],
  '08-ping-loop': [
    [
      'the ping interval has passed',
      '15100 A: pingLoop goes on: the time for the next Ping has come.',
    ],
    ['a Ping goes out', '15100 A: pingLoop sends Ping (1 byte) to B.'],
    ['B’s Ping', '15125 B: pingLoop sends Ping (1 byte) to A.'],
    ['`readLoop` reads A’s Ping', '15125 B: readLoop hears Ping (1 byte) from A.'],
    [
      'puts it into a channel',
      '15125 B: readLoop puts the word that a Ping came into pingRecv.',
    ],
    [
      'takes it out',
      '15125 B: pingLoop takes the word that a Ping came from readLoop, out of pingRecv.',
    ],
    ['writes the Pong', '15125 B: pingLoop sends Pong (1 byte) to A.'],
    ['`readLoop` reads the Pong', '15150 A: readLoop hears Pong (1 byte) from B.'],
  ],
  '09-proto-rw': [
    [
      '`readLoop` hands over the first block',
      '125 A: readLoop hands NewBlock (1 byte) to eth/63, through eth.in.',
    ],
    [
      'eth takes it',
      '125 A: eth/63 takes NewBlock (1 byte) from readLoop, out of eth.in.',
    ],
    ['waits for its handler', '125 A: eth/63 waits for the end of its handler’s work.'],
    [
      '`readLoop` has read the second, and waits at the channel',
      '125 A: readLoop waits for the first of these: a taker for a message on eth.in; the signal closed.',
    ],
    [
      'The handler is through',
      '825 A: eth/63 goes on: the end of its handler’s work has come.',
    ],
    [
      'eth takes the second',
      '825 A: eth/63 takes NewBlock (1 byte) from readLoop, out of eth.in.',
    ],
    [
      'note gets its message',
      '825 A: note/1 takes code 33 (1 byte) from readLoop, out of note.in.',
    ],
    [
      '`pingLoop` hears of the Ping',
      '825 A: pingLoop takes the word that a Ping came from readLoop, out of pingRecv.',
    ],
    [
      '`readLoop` reads the Disconnect and reports it',
      '825 A: readLoop hands the error “too many peers” to runPeer, through readErr.',
    ],
    ['`run` says goodbye', '825 A: runPeer sends Disconnect 4 (2 bytes) to B.'],
    ['waits for the end of eth', '875 A: runPeer waits for the end of eth/63.'],
  ],
  '10-write-token': [
    [
      '`statusWriter` says the Status',
      '100 A: statusWriter sends Status (76 bytes) to B.',
    ],
    [
      '`requestHeaders` asks for headers',
      '10000 A: requestHeaders sends GetBlockHeaders (37 bytes) to B.',
    ],
    [
      'the task of the protocol itself answers',
      '10025 B: eth/63 sends BlockHeaders (505 bytes) to A.',
    ],
    [
      '`runPeer` puts the token into `writeStart`',
      '100 A: runPeer puts the write token into writeStart.',
    ],
    [
      'takes it out',
      '100 A: statusWriter takes the write token from runPeer, out of writeStart.',
    ],
    ['writes', '100 A: statusWriter sends Status (76 bytes) to B.'],
    [
      'puts a report into `writeErr`',
      '100 A: statusWriter hands the write token and no error to runPeer, through writeErr.',
    ],
    [
      'takes the report',
      '100 A: runPeer takes the write token and no error from statusWriter, out of writeErr.',
    ],
    ['puts the token back', '100 A: runPeer puts the write token into writeStart.'],
  ],
  '11-teardown': [
    ['A is stopped', '10150 A: stop begins.'],
    [
      'asks its peer to leave',
      '10150 A: stop hands Disconnect reason 8 to runPeer, through disc.',
    ],
    [
      'has its cause',
      '10150 A: runPeer takes Disconnect reason 8 from stop, out of disc.',
    ],
    ['closes `closed`', '10150 A: runPeer gives the signal closed: this peer is over.'],
    ['is over', '10150 A: pingLoop is over.'],
    ['puts it into `protoErr`', '10150 A: eth/63 puts the error “EOF” into protoErr.'],
    ['is over', '10150 A: eth/63 is over.'],
    ['farewell', '10150 A: runPeer sends Disconnect 8 (2 bytes) to B.'],
    [
      'reports that',
      '10150 A: readLoop puts the error “read: connection closed” into readErr.',
    ],
    ['B reads the farewell', '10175 B: readLoop hears Disconnect 8 (2 bytes) from A.'],
    ['writing an answer', '10175 B: eth/63 sends BlockHeaders (1 byte) to A.'],
    [
      'waits for its turn',
      '10175 B: runPeer waits for the first of these: the write lock; the time limit for the Disconnect.',
    ],
    [
      'goes into `writeErr`',
      '10175 B: eth/63 puts the write token and no error into writeErr.',
    ],
    ['the same reason back', '10175 B: runPeer sends Disconnect 8 (2 bytes) to A.'],
    [
      'reports',
      '10200 A: runPeer hands a peer that has ended to run, through delpeer.',
    ],
    [
      'strikes B off',
      '10200 A: run takes a peer that has ended from runPeer, out of delpeer.',
    ],
    ['`stop` is over', '10200 A: stop is over.'],
  ],
};

// `npm run record` makes them, and every build.
const played = Object.keys(pages).map((page) => playedBy(pageText(page)) ?? 'meet');
const recorded = played.every((name) => existsSync(traceFile(repoDir, name)));

function pageText(page: string): string {
  return readFileSync(join(repoDir, 'docs', 'guide', `${page}.md`), 'utf8');
}
function modelOf(page: string): TraceModel {
  const name = playedBy(pageText(page)) ?? 'meet';
  return buildModel(readTrace(readFileSync(traceFile(repoDir, name), 'utf8')));
}

describe('the chapters with links to a step', () => {
  it('are all listed', () => {
    const chapters = readdirSync(join(repoDir, 'docs', 'guide'))
      .map((name) => name.replace(/\.md$/, ''))
      .filter((page) => pageText(page).includes('](<step:'));
    expect(Object.keys(pages)).toEqual(chapters.toSorted());
  });
});

describe.skipIf(!recorded)('links to a step', () => {
  it.each(Object.keys(pages))('lead where their words say, in %s', (page) => {
    const model = modelOf(page);
    const { events } = model.trace;
    const links = pageText(page).matchAll(/\[([^\]]*)\]\(<step:([^>]*)>\)/g);
    const found = [...links].map(([, text = '', query = '']) => {
      const event = events[findStep(model.trace, query)];
      if (event === undefined) throw new Error(query);
      // Ids of nodes change with the seed of their keys.
      const says = sentence(event, model, parts).replace(/\b[\da-f]{8}\b/, '…');
      return [text, `${event.t} ${event.n}: ${says}`];
    });
    expect(found).toEqual(pages[page]);
  });
});

describe.skipIf(!recorded)('findStep', () => {
  let model: TraceModel;
  beforeAll(() => {
    model = modelOf('06-peer-run');
  });

  it.each([
    ['A/runPeer out Goodbye', 'no step of the trace fits'],
    ['A/runPeer out Disconnect #2', 'no step of the trace fits'],
    ['A/runPeer sends Disconnect', 'what happens'],
    ['A/runPeer end after out Goodbye', 'nothing fits “out Goodbye”'],
    ['runPeer end', 'what happens'],
  ])('refuses %s', (query, why) => {
    expect(() => findStep(model.trace, query)).toThrow(why);
    expect(() => findStep(model.trace, query)).toThrow(StepError);
  });

  it('takes a channel’s whole name, and not a part of it', () => {
    expect(() => findStep(model.trace, 'A/eth/63 send proto')).toThrow(StepError);
  });

  it('does not count the select that repeats a receive', () => {
    const { events } = model.trace;
    const tokens = events.filter(
      ({ n, k, chan }) =>
        n === 'A' && k === 'statusWriter' && chan?.name === 'writeStart',
    );
    expect(tokens.map(({ e }) => e)).toEqual(['recv', 'select']);
    expect(findStep(model.trace, 'A/statusWriter recv writeStart')).toBe(tokens[0]?.i);
    expect(() => findStep(model.trace, 'A/statusWriter recv writeStart #2')).toThrow(
      StepError,
    );
  });
});
