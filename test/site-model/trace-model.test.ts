import { describe, expect, it } from 'vitest';
import { initCrypto } from '#crypto';
import { traceFields } from '../../.vitepress/lab/fields.ts';
import { codeLines } from '../../.vitepress/build/trace-plugin.ts';
import {
  buildModel,
  focusStep,
  nextStop,
  ownStepBefore,
  previousStop,
  stepFromHash,
  tableRows,
} from '../../.vitepress/lab/model.ts';
import { isGap } from '../../.vitepress/lab/player-data.ts';
import { sampleTrace } from '../../.vitepress/lab/sample.ts';
import { sentence } from '../../.vitepress/lab/sentence.ts';
import { parts } from '../../.vitepress/theme/strings/parts.en.ts';
import {
  readTrace,
  type Trace,
  type TraceEvent,
  type TraceKind,
} from '../../impl/csp/trace.ts';
import { runScenario } from '../../impl/sim/run-scenario.ts';
import { scenarios } from '../../impl/sim/scenarios.ts';

type Line = readonly [task: string, kind: TraceKind, fields?: Partial<TraceEvent>];

function traceOf(lines: readonly Line[], bytes: readonly string[] = []): Trace {
  return {
    head: { peerwalkTrace: 1, code: '', scenario: 'test', seed: '', schedule: '' },
    events: lines.map(([task, e, fields], i) => {
      const [n = '', ...k] = task.split('/');
      return { i, t: i, n, k: k.join('/'), e, ...fields };
    }),
    bytes,
  };
}

describe('buildModel', () => {
  it('gives each task a lane from its first to its last step', () => {
    const { lanes } = buildModel(
      traceOf([
        ['A/run', 'start'],
        ['A/loop', 'start'],
        ['A/loop', 'end'],
        ['A/run', 'end'],
      ]),
    );
    expect(lanes.map(({ task, from, to }) => [task, from, to])).toEqual([
      ['run', 0, 3],
      ['loop', 1, 2],
    ]);
  });

  it('takes a run without nodes for that of one node', () => {
    const { nodes, columns } = buildModel(
      traceOf([
        ['/main', 'start'],
        ['/reader', 'start'],
      ]),
    );
    expect(nodes).toEqual(['']);
    expect(columns).toEqual([2]);
  });

  it('gives the column of a lane that ended to the next task', () => {
    const { lanes, columns } = buildModel(
      traceOf([
        ['A/run', 'start'],
        ['A/dial', 'start'],
        ['A/dial', 'end'],
        ['A/readLoop', 'start'],
      ]),
    );
    expect(lanes.map((lane) => lane.column)).toEqual([0, 1, 1]);
    expect(columns).toEqual([2]);
  });

  it('marks a lane as blocked until the next step of its task', () => {
    const { lanes } = buildModel(
      traceOf([
        ['A/run', 'block', { on: 'recv quit' }],
        ['B/run', 'start'],
        ['A/run', 'wake'],
        ['A/run', 'block'],
        ['B/run', 'end'],
      ]),
    );
    expect(lanes[0]?.blocked).toEqual([
      { from: 0, to: 2 },
      { from: 3, to: 4 },
    ]);
  });

  it('pairs a send with the receive of the same channel, first in, first out', () => {
    const { links } = buildModel(
      traceOf([
        ['A/x', 'send', { ch: 'in' }],
        ['A/x', 'send', { ch: 'in' }],
        ['A/y', 'recv', { ch: 'in' }],
        ['B/z', 'recv', { ch: 'in' }],
        ['A/y', 'recv', { ch: 'in' }],
      ]),
    );
    expect(links.map(({ kind, from, to }) => [kind, from, to])).toEqual([
      ['handover', 0, 2],
      ['handover', 1, 4],
    ]);
  });

  it('takes a select for the receive that it chose, and counts it once', () => {
    const { links } = buildModel(
      traceOf([
        ['A/x', 'send', { ch: 'in' }],
        ['A/y', 'recv', { ch: 'in' }],
        ['A/y', 'select', { ch: 'recv in', v: 'in' }],
        ['A/x', 'send', { ch: 'in' }],
        ['A/y', 'select', { ch: 'recv in', v: 'in' }],
      ]),
    );
    expect(links.map(({ from, to }) => [from, to])).toEqual([
      [0, 1],
      [3, 4],
    ]);
  });

  it('draws nothing for a value that a task takes from itself', () => {
    const { links } = buildModel(
      traceOf([
        ['A/x', 'send', { ch: 'token' }],
        ['A/x', 'recv', { ch: 'token' }],
      ]),
    );
    expect(links).toEqual([]);
  });

  it('joins a message that went out with the one that came in on the other node', () => {
    const { links, stops } = buildModel(
      traceOf([
        ['A/w', 'msg', { v: 'out code 16, 76 bytes' }],
        ['B/w', 'msg', { v: 'out code 16, 76 bytes' }],
        ['A/r', 'msg', { v: 'in code 16, 76 bytes' }],
        ['B/r', 'msg', { v: 'in code 16, 76 bytes' }],
      ]),
    );
    expect(links.map(({ from, to, label }) => [from, to, label])).toEqual([
      [0, 3, 'code 16'],
      [1, 2, 'code 16'],
    ]);
    expect(stops).toEqual([0, 1, 2, 3]);
  });

  it('joins bytes by their place in the stream where no message is named', () => {
    const { links } = buildModel(
      traceOf(
        [
          ['A/w', 'write', { b: 0 }],
          ['B/r', 'read', { b: 1 }],
          ['B/r', 'read', { b: 1 }],
          ['B/w', 'write', { b: 1 }],
          ['A/r', 'read', { b: 1 }],
        ],
        ['aabb', 'aa'],
      ),
    );
    expect(links.map(({ kind, from, to }) => [kind, from, to])).toEqual([
      ['bytes', 0, 2],
      ['bytes', 3, 4],
    ]);
  });

  it('draws a line from the task that starts another', () => {
    const { links } = buildModel(
      traceOf([
        ['A/run', 'event', { v: 'go readLoop' }],
        ['A/run', 'block'],
        ['A/readLoop', 'start'],
      ]),
    );
    expect(links).toMatchObject([{ kind: 'spawn', from: 0, to: 2 }]);
  });

  it('makes an empty model of an empty trace', () => {
    const model = buildModel(traceOf([]));
    expect(model.lanes).toEqual([]);
    expect([
      nextStop(model, 0),
      previousStop(model, 0),
      focusStep(model, 'run'),
    ]).toEqual([0, 0, 0]);
  });

  it('keeps what belongs to no node off both sides', () => {
    const { nodes } = buildModel(
      traceOf([
        ['/main', 'start'],
        ['B/run', 'start'],
        ['A/run', 'start'],
      ]),
    );
    expect(nodes).toEqual(['A', 'B']);
  });
});

describe('traceFields', () => {
  it('knows Hello and Disconnect by name, and by code where nothing is encrypted', () => {
    const trace = traceOf(
      [
        ['A/r', 'msg', { v: 'in Disconnect, 2 bytes', b: 0 }],
        ['A/r', 'msg', { v: 'in code 1, 2 bytes', b: 0 }],
        ['A/r', 'msg', { v: 'in code 9, 2 bytes', b: 0 }],
      ],
      ['c108'],
    );
    const fields = traceFields(trace);
    expect(fields[0]?.map(([end]) => end)).toEqual([1, 2]);
    expect(fields[1]).toEqual(fields[0]);
    expect(fields[2]).toBeUndefined();
  });
});

describe('codeLines', () => {
  it('lifts notes and labels out of the code, and drops the marks of regions', () => {
    const shown = codeLines(
      [
        '// #region one',
        'run();',
        '  //= wait for `quit`',
        '  //: The first line,',
        '  //: and the second.',
        '  stop();',
        '//: Another note.',
        '// a comment',
        '// #endregion one',
      ].join('\n'),
    );
    expect([...shown.keys()]).toEqual([2, 3, 4, 6, 7, 8]);
    expect(shown.get(3)).toEqual({
      kind: 'goal',
      html: 'wait for <code>quit</code>',
      indent: 2,
    });
    expect(shown.get(4)).toEqual({
      kind: 'note',
      html: 'The first line, and the second.',
      indent: 2,
    });
    expect(shown.get(7)).toEqual({ kind: 'note', html: 'Another note.', indent: 0 });
    expect(shown.get(6)).toContain('stop');
    expect(shown.get(8)).toContain('a comment');
  });
});

describe('isGap', () => {
  const code = (number: number) => ({ number, kind: 'code' }) as const;

  it('is where numbers jump, and not after a note, which may stand on several lines', () => {
    expect(isGap(code(165), code(167))).toBe(true);
    expect(isGap(code(165), code(166))).toBe(false);
    expect(isGap({ number: 165, kind: 'note' }, code(167))).toBe(false);
    expect(isGap(undefined, code(167))).toBe(false);
  });
});

describe('ownStepBefore', () => {
  const file = 'exercises/14/exercise.ts';
  const model = buildModel(
    traceOf([
      ['/main', 'start'],
      ['/main', 'send', { ch: 'one', src: `${file}:3` }],
      ['/main', 'recv', { ch: 'two', src: 'impl/csp/chan.ts:80', from: `${file}:4` }],
      ['/main', 'msg', { v: 'not so', src: 'exercises/14/exercise.test.ts:9' }],
      ['/main', 'end', { src: `${file}:4` }],
    ]),
  );

  it('is the last step of the reader’s code, and from its first one the last of all', () => {
    expect(ownStepBefore(model, 4, file)).toBe(2);
    expect(ownStepBefore(model, 2, file)).toBe(1);
    expect(ownStepBefore(model, 1, file)).toBe(2);
  });

  it('is none where no code is the reader’s, or none of it ran', () => {
    expect(ownStepBefore(model, 4, undefined)).toBeUndefined();
    expect(ownStepBefore(model, 4, 'exercises/15/exercise.ts')).toBeUndefined();
  });
});

describe('tableRows', () => {
  it('holds every step exactly once', () => {
    const model = buildModel(readTrace(sampleTrace()));
    const steps = tableRows(model).flatMap(({ event, minor }) => [
      event.i,
      ...minor.map((small) => small.i),
    ]);
    expect(steps).toEqual(model.trace.events.map((event) => event.i));
  });
});

describe('stepFromHash', () => {
  it('reads its own anchor and no other', () => {
    expect(stepFromHash('#t=41', 't', 100)).toBe(41);
    expect(stepFromHash('#u=41', 't', 100)).toBeUndefined();
    expect(stepFromHash('#t=-1', 't', 100)).toBeUndefined();
    expect(stepFromHash('#t=1e9', 't', 100)).toBeUndefined();
  });

  it('stops at the last step', () => {
    expect(stepFromHash('#t=9999', 't', 100)).toBe(99);
    expect(stepFromHash('#t=0', 't', 0)).toBeUndefined();
  });
});

describe('focusStep', () => {
  const model = buildModel(
    traceOf([
      ['A/run', 'start'],
      ['A/readLoop', 'start'],
      ['B/readLoop', 'start'],
      ['B/readLoop', 'msg', { v: 'in Hello, 3 bytes' }],
    ]),
  );

  it('finds a step by number, task, node and task, or word', () => {
    expect(focusStep(model, '2')).toBe(2);
    expect(focusStep(model, '99')).toBe(3);
    expect(focusStep(model, 'readLoop')).toBe(1);
    expect(focusStep(model, 'B/readLoop')).toBe(2);
    expect(focusStep(model, 'Hello')).toBe(3);
  });
});

describe('sentence', () => {
  const told = (lines: readonly Line[], bytes?: readonly string[]): string[] => {
    const model = buildModel(traceOf(lines, bytes));
    return model.trace.events.map((event) => sentence(event, model, parts));
  };

  it('says something that ends in a full stop for every step of the sample', () => {
    const model = buildModel(readTrace(sampleTrace()));
    for (const event of model.trace.events) {
      expect(sentence(event, model, parts)).toMatch(/^\S.*\S\.$/);
    }
  });

  it('names the message, who hears it and from whom', () => {
    expect(
      told([
        ['A/eth/63', 'msg', { v: 'out code 16, 76 bytes' }],
        ['B/readLoop', 'msg', { v: 'in code 16, 1 bytes' }],
        ['A/remote', 'msg', { v: 'out code 0, 84 bytes' }],
      ]),
    ).toEqual([
      'eth/63 sends Status (76 bytes) to B.',
      'readLoop hears Status (1 byte) from A.',
      'remote sends Hello (84 bytes) to B.',
    ]);
  });

  it.each([
    ['c104', 'run sends Disconnect 4 (2 bytes).'],
    ['c180', 'run sends Disconnect 0 (2 bytes).'],
    ['c1ff', 'run sends Disconnect (2 bytes).'],
    ['c20405', 'run sends Disconnect (2 bytes).'],
  ])('gives the reason of a Disconnect that is one: %s', (hex, said) => {
    const line: Line = ['A/run', 'msg', { v: 'out code 1, 2 bytes', b: 0 }];
    expect(told([line], [hex])).toEqual([said]);
  });

  it('names the other side only where there is one other', () => {
    expect(told([['A/r', 'msg', { v: 'in Hello, 94 bytes' }]])).toEqual([
      'r hears Hello (94 bytes).',
    ]);
  });

  it('says what is handed over, to whom, and through which channel', () => {
    expect(
      told([
        ['A/dial 5104', 'send', { ch: 'posthandshake', v: '' }],
        ['A/dial 5104', 'select', { ch: 'send posthandshake', v: 'taken' }],
        ['A/run', 'wake', { on: 'quit | recv posthandshake' }],
        ['A/run', 'select', { ch: 'recv posthandshake', v: 'posthandshake' }],
        ['A/readLoop', 'send', { ch: 'eth.in', v: 'code 20, 505 bytes' }],
        ['A/eth/63', 'wake', { on: 'recv eth.in' }],
        ['A/eth/63', 'recv', { ch: 'eth.in', v: 'code 20, 505 bytes' }],
      ]).filter((text) => !text.includes('wakes up')),
    ).toEqual([
      'dial 5104 hands a connection past its encryption handshake to run, through posthandshake.',
      'dial 5104 goes on: posthandshake took a connection past its encryption handshake.',
      'run takes a connection past its encryption handshake from dial 5104, out of posthandshake.',
      'readLoop hands BlockHeaders (505 bytes) to eth/63, through eth.in.',
      'eth/63 takes BlockHeaders (505 bytes) from readLoop, out of eth.in.',
    ]);
  });

  it('takes a value from the other end where a select does not hold it', () => {
    expect(
      told([
        ['A/statusWriter', 'send', { ch: 'writeErr', v: 'broken pipe' }],
        ['A/runPeer', 'select', { ch: 'recv writeErr', v: 'writeErr' }],
      ])[1],
    ).toBe('runPeer takes the error “broken pipe” from statusWriter, out of writeErr.');
  });

  it('quotes no error that the trace does not have', () => {
    const waits = [{ name: 'protoErr', id: 1, op: 'send' }] as const;
    expect(told([['A/pingLoop', 'block', { on: 'send protoErr', waits }]])).toEqual([
      'pingLoop waits for a taker for an error on protoErr.',
    ]);
  });

  it('does not name who takes a value that nobody is seen to take', () => {
    expect(told([['A/runPeer', 'send', { ch: 'writeStart', v: '' }]])).toEqual([
      'runPeer puts the write token into writeStart.',
    ]);
  });

  it('says that a value is put where nobody waits for it, and how many lie there', () => {
    const ping = { ch: 'pingRecv', v: '' };
    const lines: readonly Line[] = [
      ['/readLoop', 'send', ping],
      ['/readLoop', 'send', ping],
      ['/readLoop', 'send', ping],
      ['/the test', 'wake', { on: 'sleep 700 ms' }],
      ['/the test', 'recv', ping],
      ['/readLoop', 'send', ping],
    ];
    const puts = 'readLoop puts the word that a Ping came into pingRecv.';
    const all = told(lines);
    expect([...all.slice(0, 3), all[5]]).toEqual([
      puts,
      `${puts} Now 2 lie there.`,
      `${puts} Now 3 lie there.`,
      `${puts} Now 3 lie there.`,
    ]);
    // What was taken before the first step of a cut run is not known.
    const whole = traceOf(lines);
    const leftOut = { before: 9, after: 0 };
    const cut = buildModel({ ...whole, head: { ...whole.head, leftOut } });
    const said = cut.trace.events.map((event) => sentence(event, cut, parts));
    expect(said.slice(0, 2)).toEqual([puts, puts]);
  });

  it('says that a value is handed over by a sender that had to wait for its taker', () => {
    expect(
      told([
        ['A/readLoop', 'block', { on: 'send eth.in' }],
        ['A/eth/63', 'recv', { ch: 'eth.in', v: 'code 20, 505 bytes' }],
        ['A/readLoop', 'wake', { on: 'send eth.in' }],
        ['A/readLoop', 'send', { ch: 'eth.in', v: 'code 20, 505 bytes' }],
      ])[3],
    ).toBe('readLoop hands BlockHeaders (505 bytes) to eth/63, through eth.in.');
  });

  it('calls the write lock a lock', () => {
    expect(
      told([
        ['A/w', 'send', { ch: 'write lock', v: '' }],
        ['A/w', 'select', { ch: 'send write lock', v: 'mine' }],
        ['A/w', 'recv', { ch: 'write lock', v: '' }],
      ]),
    ).toEqual([
      'w takes the write lock: nobody else writes now.',
      'w goes on: the write lock is its own.',
      'w gives the write lock back.',
    ]);
  });

  it('says which message bytes are of, if nothing lies between them', () => {
    expect(
      told(
        [
          ['A/w', 'msg', { v: 'out Hello, 94 bytes' }],
          ['A/w', 'write', { b: 0 }],
          ['A/w', 'write', { b: 0 }],
          ['B/r', 'read', { b: 0 }],
          ['B/r', 'event', { v: 'go helper' }],
          ['B/r', 'read', { b: 0 }],
          ['B/r', 'block', { on: 'read 10.0.0.2:1 | read deadline 10.0.0.2:1' }],
          ['B/r', 'msg', { v: 'in Hello, 94 bytes' }],
        ],
        ['aabb'],
      ).filter((text) => text.includes('2 bytes')),
    ).toEqual([
      'w writes 2 bytes to the connection. They carry Hello (94 bytes).',
      'w writes 2 bytes to the connection.',
      'r reads 2 bytes from the connection.',
      'r reads 2 bytes from the connection. They belong to Hello (94 bytes).',
    ]);
  });

  it('says of one byte that it belongs to its message', () => {
    expect(
      told(
        [
          ['A/w', 'msg', { v: 'out Ping, 1 bytes' }],
          ['A/w', 'write', { b: 0 }],
          ['B/r', 'read', { b: 0 }],
          ['B/r', 'msg', { v: 'in Ping, 1 bytes' }],
        ],
        ['c0'],
      ).slice(1, 3),
    ).toEqual([
      'w writes 1 byte to the connection. It is part of Ping (1 byte).',
      'r reads 1 byte from the connection. It belongs to Ping (1 byte).',
    ]);
  });

  it('says what a task waits for and what wakes it', () => {
    const on = 'quit | recv addpeer | recv delpeer | sync tick | send cont';
    expect(
      told([
        ['A/run', 'block', { on }],
        ['A/run', 'wake', { on }],
        ['A/run', 'select', { ch: 'sync tick', v: 'tick' }],
        ['A/run', 'block', { on }],
        ['A/run', 'wake', { on }],
        ['A/run', 'end'],
      ]),
    ).toEqual([
      'run waits for the first of these: the signal quit; something from addpeer or delpeer; the sync tick; a taker for the verdict “go on” on cont.',
      'run wakes up for the sync tick.',
      'run goes on: the sync tick has come.',
      expect.stringContaining('waits for the first'),
      'run wakes up.', // nothing says for which of them
      'run is over.',
    ]);
  });

  it('says that a task sleeps, in seconds from one on', () => {
    const steps = (on: string): readonly Line[] => [
      ['/main', 'block', { on }],
      ['/main', 'wake', { on }],
    ];
    expect(told([...steps('sleep 700 ms'), ...steps('sleep 40000 ms')])).toEqual([
      'main sleeps 700 ms.',
      'main has slept 700 ms.',
      'main sleeps 40 s.',
      'main has slept 40 s.',
    ]);
  });

  it('quotes what it has no words for, and calls a signal one if it is given', () => {
    const wait = (name: string, id: number): Line => [
      '/reader',
      'block',
      { on: name, waits: [{ name, id }] },
    ];
    const given = { name: 'the line is cut', id: 1, op: 'close' } as const;
    expect(
      told([
        wait('the line is cut', 1),
        ['/main', 'event', { v: 'close the line is cut', chan: given }],
        ['/reader', 'wake', { on: 'the line is cut' }],
        wait('a good time', 2),
      ]).filter((text) => text.startsWith('reader')),
    ).toEqual([
      'reader waits for the signal “the line is cut”.',
      'reader wakes up for the signal “the line is cut”.',
      'reader waits for “a good time”.',
    ]);
  });

  it('says of a channel whose name is a word that it is a channel', () => {
    const waitsAt = (on: string): string | undefined =>
      told([['/worker', 'block', { on }]])[0];
    expect(waitsAt('recv token')).toBe(
      'worker waits for something from the channel token.',
    );
    expect(waitsAt('recv pingRecv')).toBe('worker waits for something from pingRecv.');
  });

  it('says what a signal means, and what is closed', () => {
    expect(
      told([
        ['A/stop', 'event', { ch: 'quit', v: 'close quit' }],
        ['A/stop', 'event', { v: 'close listener 10.0.0.1:30303 closed' }],
        ['A/stop', 'event', { v: 'close 10.0.0.1:40000 closed' }],
        ['A/stop', 'event', { v: 'close unheard of' }],
        ['A/run', 'select', { ch: 'quit', v: 'quit' }],
      ]),
    ).toEqual([
      'stop gives the signal quit: the server stops.',
      'stop closes the listener.',
      'stop closes its end of the connection.',
      'stop gives the signal “unheard of”.',
      'run goes on: the signal quit says that the server stops.',
    ]);
  });

  it('sets the scenario’s own tasks apart from those of the nodes', () => {
    expect(
      told([
        ['/outside', 'event', { v: 'go main' }],
        ['/main', 'start'],
        ['A/run', 'start'],
      ]).slice(0, 2),
    ).toEqual(['The simulator starts main.', 'The scenario’s main begins.']);
  });

  it('says of a test that runs nodes what it notes, in whole sentences', () => {
    expect(
      told([
        ['A/run', 'start'],
        ['/the test', 'msg', { v: 'It is not so. The run shows otherwise.' }],
        ['/the test', 'msg', { v: 'a moment' }],
        ['/the test', 'end', { v: 'WrongAnswer: The run shows otherwise.' }],
      ]).slice(1),
    ).toEqual([
      'The test notes: It is not so. The run shows otherwise.',
      'The test notes: a moment.',
      'The test ends with: WrongAnswer: The run shows otherwise.',
    ]);
  });

  it('has no scenario in a run that knows no nodes, as that of a test', () => {
    expect(told([['/main', 'start']])).toEqual(['main begins.']);
  });

  it('draws of a run without fields, as they were once, nothing that is not so', async () => {
    await initCrypto();
    const options = { schedule: '0', record: true };
    const { trace } = await runScenario(scenarios['second-status'], options);
    if (trace === undefined) throw new Error('the run was not recorded');
    const events = trace.events.map((event): TraceEvent => {
      const words = Object.entries(event).filter(
        ([key]) => !['chan', 'waits', 'msg', 'go', 'by'].includes(key),
      );
      return Object.fromEntries(words) as unknown as TraceEvent; // fields are optional
    });
    const drawn = (from: Trace): string[] =>
      buildModel(from).links.map(
        ({ kind, from: begin, to, label }) => `${kind} ${begin} ${to} ${label}`,
      );
    const [words, fields] = [drawn({ ...trace, events }), drawn(trace)];
    expect(words.length).toBeGreaterThan(30);
    expect(words.filter((link) => !fields.includes(link))).toEqual([]);
    // Words do not say that a channel of one node was used by a task of another.
    const more = fields.filter((link) => !words.includes(link));
    expect(more).not.toEqual([]);
    expect(more.filter((link) => !link.startsWith('handover '))).toEqual([]);
  });

  it.each(['meet', 'second-status'] as const)(
    'knows every channel, signal and timer of the run %s',
    async (name) => {
      await initCrypto();
      const run = await runScenario(scenarios[name], { schedule: '0', record: true });
      if (run.trace === undefined) throw new Error('the run was not recorded');
      const model = buildModel(run.trace);
      const texts = model.trace.events.map((event) => sentence(event, model, parts));
      expect(texts.length).toBeGreaterThan(100);
      // The words for what has no name in the strings.
      const vague =
        /\ba value\b|goes on: (?!the |its |(?:\S+|“[^”]+”) took )|PipeEnd|code \d/;
      expect(texts.filter((text) => vague.test(text))).toEqual([]);
      const unknown = model.trace.events.filter(
        ({ v }) =>
          /^close (?!listener |\d)/.test(v ?? '') &&
          parts.sentence.signal((v ?? '').slice('close '.length)) === undefined,
      );
      expect(unknown).toEqual([]);
    },
  );
});
