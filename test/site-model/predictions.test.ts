import { beforeAll, describe, expect, it } from 'vitest';
import { checkOutcome, checkPredictions } from '../../.vitepress/build/predictions.ts';
import { agrees, claimsOf } from '../../.vitepress/data/claims.ts';
import {
  findOutcomes,
  type Ending,
  type Outcome,
} from '../../.vitepress/data/outcomes.ts';
import {
  heard,
  isShownFor,
  topicOf,
} from '../../.vitepress/theme/components/outcome-text.ts';
import {
  parseAnswers,
  readPredictions,
  readRecall,
} from '../../.vitepress/theme/components/predictions.ts';
import { parts } from '../../.vitepress/theme/strings/parts.en.ts';

const prediction = {
  id: 'c6-code',
  question: 'What does the remote hear?',
  choices: ['Disconnect 2', 'Nothing', 'It stays connected'],
  right: 1,
  why: ['a', 'b', 'c'],
};

describe('readPredictions', () => {
  it('takes what a page writes', () => {
    expect(readPredictions(undefined)).toEqual([]);
    expect(readPredictions([prediction])).toEqual([prediction]);
    expect(readPredictions([{ ...prediction, outcome: 'x' }])[0]?.outcome).toBe('x');
  });

  it.each([
    ['no list', { a: 1 }, /expected a list/],
    ['no id', [{ ...prediction, id: 'C6 code' }], /prediction C6 code: needs an id/],
    ['no question', [{ ...prediction, question: ' ' }], /needs a question/],
    ['one choice', [{ ...prediction, choices: ['a'] }], /two to six choices/],
    ['a choice twice', [{ ...prediction, choices: ['a', 'a', 'b'] }], /are the same/],
    ['no right choice', [{ ...prediction, right: 3 }], /from 0 to 2/],
    ['a why missing', [{ ...prediction, why: ['a', 'b'] }], /why for each choice/],
    ['an id twice', [prediction, prediction], /two have the id c6-code/],
    ['a null', [null], /prediction 1: needs an id/],
  ])('refuses %s', (_name, value, problem) => {
    expect(() => readPredictions(value)).toThrow(problem);
  });
});

describe('readRecall', () => {
  it('takes pairs of question and answer, and nothing else', () => {
    const pair = { question: 'q', answer: 'a' };
    expect(readRecall([pair])).toEqual([pair]);
    expect(() => readRecall([{ question: 'q' }])).toThrow(/retrieval 1/);
  });
});

describe('parseAnswers', () => {
  it('keeps what makes sense and drops the rest', () => {
    const answers = { a: 0, b: 'skipped', c: -1, d: 1.5, e: 'x', 'F G': 1, g: null };
    const text = JSON.stringify({ version: 1, answers });
    expect(parseAnswers(text)).toEqual({ a: 0, b: 'skipped' });
  });

  it.each([null, '', '{', '[]', '3', 'null', '{"version":2,"answers":{"a":1}}'])(
    'makes nothing of %s',
    (text) => {
      expect(parseAnswers(text)).toEqual({});
    },
  );
});

const silent: Ending = {
  cause: 'readErr',
  error: 'EOF',
  remoteRequested: false,
  heard: undefined,
  heardText: undefined,
  codes: [16],
  endedAtMs: 100,
  leftAtMs: 100,
  watchedMs: 20_000,
};

describe('claimsOf', () => {
  it.each([
    ['Nothing, the connection closes', { heard: 'nothing' }],
    ['Disconnect 4, “too many peers”', { heard: 4 }],
    ['Disconnect 11, “read timeout”, after 5 s', { heard: 11, atMs: 5000 }],
    [
      'Disconnect 4 at 100 ms, still in its table',
      { heard: 4, atMs: 100, inTable: true },
    ],
    ['It stays connected', { heard: 'stays' }],
    ['Message 3, a Pong', { heard: 'stays', code: 3 }],
    ['It stays, without a Pong', { heard: 'stays', without: 3 }],
  ])('reads “%s”', (choice, claims) => {
    expect(claimsOf(choice)).toEqual(claims);
  });

  it('makes nothing of a text that is not the reason’s, or of free prose', () => {
    expect(claimsOf('Disconnect 4, “useless peer”')).toBeUndefined();
    expect(claimsOf('The peer leaves')).toBeUndefined();
  });
});

describe('agrees', () => {
  it('holds a choice against an ending', () => {
    expect(agrees({ heard: 'nothing' }, silent)).toBe(true);
    expect(agrees({ heard: 'nothing', atMs: 5000 }, silent)).toBe(false);
    expect(agrees({ heard: 'nothing', inTable: true }, silent)).toBe(false);
    expect(agrees({ heard: 'stays' }, silent)).toBe(false);
    expect(agrees({ heard: 4 }, silent)).toBe(false);
    const stays = { ...silent, cause: undefined, endedAtMs: undefined };
    expect(agrees({ heard: 'stays' }, { ...stays, leftAtMs: undefined })).toBe(true);
    expect(agrees({ heard: 'stays', code: 3 }, { ...stays, leftAtMs: undefined })).toBe(
      false,
    );
    const without = { heard: 'stays', without: 3 } as const;
    expect(agrees(without, { ...stays, leftAtMs: undefined })).toBe(true);
    expect(agrees(without, { ...stays, leftAtMs: undefined, codes: [3] })).toBe(false);
  });
});

describe('heard', () => {
  const stays = {
    ...silent,
    cause: undefined,
    endedAtMs: undefined,
    codes: [33, 16, 3],
  };

  it('names every code where codes are the matter, and else those below 16', () => {
    expect(heard(stays, parts, topicOf('codes-said-twice'))).toBe('message 3, 16, 33');
    expect(heard(stays, parts, topicOf('ping'))).toBe('message 3');
    expect(heard(stays, parts, topicOf('sorts-code-15'))).toBe('message 3');
    expect(heard({ ...stays, codes: [16] }, parts)).toBe('nothing out of the ordinary');
  });

  it('is nothing where a connection ends that was no peer, without a word', () => {
    expect(heard({ ...stays, codes: [], endedAtMs: 0 }, parts)).toBe('nothing');
  });
});

describe('a table of outcomes', () => {
  it('has the runs of its topic, and none that an exercise asks about', () => {
    expect(isShownFor('waits', 'waits-three')).toBe(true);
    expect(isShownFor('sorts', 'waits-three')).toBe(false);
    expect(isShownFor('waits', 'waits-table')).toBe(false);
  });
});

describe('checkOutcome', () => {
  const known: readonly Outcome[] = [
    {
      name: 'remote-closes',
      endings: [{ ending: silent, run: { seed: '1' } }],
      quirks: [],
    },
  ];
  const asked = { ...prediction, outcome: 'remote-closes' };

  it('is content when the run singles out the right choice', () => {
    expect(() => {
      checkOutcome(asked, known);
    }).not.toThrow();
  });

  it.each([
    [
      'a wrong choice is called right',
      { right: 0 },
      /says otherwise than “Disconnect 2”/,
    ],
    [
      'two choices are right',
      { choices: ['Nothing at all', 'Nothing', 'It stays'] },
      /other/,
    ],
    [
      'a choice claims nothing',
      { choices: ['Who knows', 'Nothing', 'It stays'] },
      /none of/,
    ],
    ['the scenario is unknown', { outcome: 'nowhere' }, /no scenario nowhere/],
  ])('refuses when %s', (_name, change, problem) => {
    expect(() => {
      checkOutcome({ ...asked, ...change }, known);
    }).toThrow(problem);
  });
});

describe('checkPredictions', () => {
  const page = {
    predictions: [prediction],
    retrieval: [{ question: 'q', answer: 'a' }],
  };
  const uses = '<Recall />\n<Predict id="c6-code">\n</Predict>';

  it('wants each prediction asked once, and recall where there are questions', async () => {
    await checkPredictions('p.md', page, uses);
    await checkPredictions(
      'p.md',
      page,
      '<Recall />\n<PredictBank of="c6" label="x" />',
    );
    const wrong = [
      uses.replace('<Recall />', ''),
      '<Recall />',
      `${uses}\n<Predict id="c6-code">`,
      `${uses}\n<Predict id="c6-other">`,
    ];
    for (const text of wrong) {
      await expect(checkPredictions('p.md', page, text), text).rejects.toThrow(
        /docs\/p\.md: /,
      );
    }
  });
});

describe('findOutcomes', () => {
  let outcomes: readonly Outcome[] = [];
  const endings = (name: string): Ending[] =>
    (outcomes.find((one) => one.name === name)?.endings ?? []).map(
      ({ ending }) => ending,
    );

  beforeAll(async () => {
    outcomes = await findOutcomes();
  }, 120_000);

  it('finds one ending in every order, except where two causes race', () => {
    const several = outcomes.filter((one) => one.endings.length > 1);
    expect(several.map(({ name }) => name)).toEqual(['two-causes']);
    expect(endings('two-causes').map(({ heard }) => heard)).toEqual(
      expect.arrayContaining([16, 4]),
    );
  });

  it.each([
    ['remote-closes', 'readErr', undefined],
    ['code-past-the-end', 'readErr', undefined],
    ['remote-disconnects', 'readErr', 4],
    ['reason-17', 'readErr', 17],
    ['remote-stops-reading', 'writeErr', undefined],
    ['second-status', 'protoErr', 16],
    ['protocol-returns', 'protoErr', 8],
    ['protocol-writes-past-its-codes', 'protoErr', 2],
    ['second-status-2018', 'disc', 3],
    ['asked-to-leave', 'disc', 0],
    ['reserved-base-code', undefined, undefined],
  ])('sees %s end by %s', (name, cause, heard) => {
    expect(endings(name)).toMatchObject([{ cause, heard }]);
  });

  it('sees a peer that was told goodbye and is not gone', () => {
    expect(endings('protocol-will-not-leave')).toMatchObject([
      { cause: 'readErr', heard: 4, endedAtMs: 100, leftAtMs: undefined },
    ]);
  });
});
