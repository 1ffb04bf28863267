/** What an exercise says about itself: the front matter of its README, and its hints. */

import { isExerciseId, isWarmUp, warmUps } from './ids.ts';
import { InvalidData, readCount, readOneOf, readText, type Fields } from './schema.ts';

export const exerciseTypes = [
  'predict',
  'quiz',
  'trace-table',
  'parsons',
  'fill',
  'write',
  'fix',
  'attack',
  'bytes',
] as const;

export type ExerciseType = (typeof exerciseTypes)[number];

/** A symbol that the reader's code can take the place of. */
export interface PlugTarget {
  /** For example `impl/p2p/peer.ts`. */
  readonly file: string;
  /** An export, or `Class.method`. */
  readonly symbol: string;
}

export interface ExerciseFacts {
  /** `E07`, or `W1` for a warm-up. Never reused, never changed. */
  readonly id: string;
  readonly title: string;
  readonly type: ExerciseType;
  readonly level: 1 | 2 | 3 | 4;
  readonly points: number;
  readonly minutes: number;
  /** The chapter that it belongs to: `C6`. A warm-up has none: `W`. */
  readonly chapter: string;
  readonly plug?: PlugTarget;
  /** What else of ours would do the work: whoever calls it has looked it up. */
  readonly ours?: readonly PlugTarget[];
  /** The scenario of a plugged-in run; without it, the one in which two nodes meet. */
  readonly scenario?: string;
  /** What one knows who has passed it: a sentence, with `code` spans. */
  readonly know?: string;
  /** Full name of the test whose run a pass shows; without it, the first that ran tasks. */
  readonly see?: string;
}

const known =
  'id title type level points minutes chapter plug ours scenario know see'.split(' ');

/** @throws {InvalidData} the first field that is missing, unknown or wrong */
export function readExerciseFacts(fields: Fields, path: string): ExerciseFacts {
  const unknown = Object.keys(fields).find((key) => !known.includes(key));
  if (unknown !== undefined) throw new InvalidData(path, `unknown field ${unknown}`);
  const at = (key: string): string => `${path}: ${key}`;
  const id = readText(fields['id'], at('id'));
  if (!isExerciseId(id)) {
    throw new InvalidData(at('id'), 'E and two digits, or W and one, are needed');
  }
  const chapter = readText(fields['chapter'], at('chapter'));
  if (!/^[A-Z]\d{0,2}$/.test(chapter)) {
    throw new InvalidData(at('chapter'), 'a chapter such as C6 is needed');
  }
  if (isWarmUp(id) !== (chapter === warmUps)) {
    throw new InvalidData(
      at('chapter'),
      `${warmUps} is for warm-ups, and they have it`,
    );
  }
  const level = readCount(fields['level'], at('level'));
  if (level !== 1 && level !== 2 && level !== 3 && level !== 4) {
    throw new InvalidData(at('level'), '1 to 4 is needed');
  }
  const { plug, ours, scenario, know, see } = fields;
  return {
    id,
    title: readText(fields['title'], at('title'), 80),
    type: readOneOf(fields['type'], exerciseTypes, at('type')),
    level,
    points: readCount(fields['points'], at('points')),
    minutes: readCount(fields['minutes'], at('minutes')),
    chapter,
    ...(plug === undefined ? {} : { plug: readPlugTarget(plug, at('plug')) }),
    ...(ours === undefined
      ? {}
      : {
          ours: readText(ours, at('ours'), 240)
            .split(' ')
            .map((one) => readPlugTarget(one, at('ours'))),
        }),
    ...(scenario === undefined
      ? {}
      : { scenario: readText(scenario, at('scenario'), 60) }),
    ...(know === undefined ? {} : { know: readText(know, at('know'), 240) }),
    ...(see === undefined ? {} : { see: readText(see, at('see'), 240) }),
  };
}

/** Reads `impl/p2p/peer.ts#Peer.handle`. */
export function readPlugTarget(value: unknown, path: string): PlugTarget {
  const match = /^(impl\/[\w./-]+\.ts)#([\w$]+(?:\.[\w$]+)?)$/.exec(
    readText(value, path),
  );
  const [, file, symbol] = match ?? [];
  if (file === undefined || symbol === undefined) {
    throw new InvalidData(path, 'FILE#EXPORT or FILE#CLASS.METHOD is needed');
  }
  return { file, symbol };
}

export function plugName(plug: PlugTarget): string {
  return `${plug.file}#${plug.symbol}`;
}

/**
 * Splits a Markdown file with front matter. Only `key: value` lines are front matter
 * here: no nesting, no lists; a value may stand in quotes.
 */
export function splitFrontMatter(
  text: string,
  path: string,
): { readonly fields: Fields; readonly body: string } {
  const match = /^---\n([\s\S]*?)\n---\n?([\s\S]*)$/.exec(text);
  if (match === null) throw new InvalidData(path, 'front matter is missing');
  const [, head = '', body = ''] = match;
  const entries = head
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line): [string, string | number] => {
      const pair = /^(\w+): *(.*)$/.exec(line);
      if (pair === null)
        throw new InvalidData(path, `front matter: not a field: ${line}`);
      const [, key = '', raw = ''] = pair;
      const value = raw.trim();
      if (/^\d+$/.test(value)) return [key, Number(value)];
      return [key, value.replace(/^(["'])(.*)\1$/, '$2')];
    });
  return { fields: Object.fromEntries(entries), body };
}

/** The three hints: the sections of `hints.md`, from where to look to almost the code. */
export type Hints = readonly [string, string, string];

/** @throws {InvalidData} there are not exactly three `##` sections with text */
export function splitHints(text: string, path: string): Hints {
  const sections = text
    .split(/^## .*$/m)
    .slice(1)
    .map((section) => section.trim());
  const [where, rule, almost, ...more] = sections;
  if (!where || !rule || !almost || more.length > 0) {
    throw new InvalidData(path, 'exactly three "## …" sections with text are needed');
  }
  return [where, rule, almost];
}
