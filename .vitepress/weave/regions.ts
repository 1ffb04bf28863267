/**
 * Regions of a source file, and the two kinds of comment that are lifted out of a
 * listing: `//: a margin note` and `//= a subgoal`.
 */

export interface Region {
  readonly name: string;
  /** Line of the `#region` mark, counted from 1; the code begins one below. */
  readonly startLine: number;
  /** Line of the `#endregion` mark. */
  readonly endLine: number;
}

export interface RegionProblem {
  readonly line: number;
  readonly text: string;
}

export interface Regions {
  readonly regions: readonly Region[];
  readonly problems: readonly RegionProblem[];
}

/** One line of code in a listing, with what was lifted out above it. */
export interface Row {
  /** Line number in the file. */
  readonly line: number;
  readonly notes: readonly string[];
  readonly subgoal?: string;
}

export interface Listing {
  readonly firstLine: number;
  readonly lastLine: number;
  /** Columns that every line of code is indented by. */
  readonly indent: number;
  readonly rows: readonly Row[];
}

const markRE = /^\s*\/\/ ?#(region|endregion)\b[ \t]*(.*?)\s*$/;
const nameRE = /^[\w-]+$/;
const noteRE = /^\s*\/\/: ?(.*)$/;
const subgoalRE = /^\s*\/\/= ?(.*)$/;

export function isMark(line: string): boolean {
  return markRE.test(line);
}

export function isNote(line: string): boolean {
  return noteRE.test(line);
}

export function isSubgoal(line: string): boolean {
  return subgoalRE.test(line);
}

export function parseRegions(text: string): Regions {
  const regions: Region[] = [];
  const problems: RegionProblem[] = [];
  const open: { name: string; startLine: number }[] = [];
  const names = new Set<string>();

  text.split('\n').forEach((content, index) => {
    const mark = markRE.exec(content);
    if (mark === null) return;
    const line = index + 1;
    const [, kind = '', name = ''] = mark;
    const say = (problem: string): void => {
      problems.push({ line, text: problem });
    };
    if (!nameRE.test(name)) {
      say(`#${kind} needs a name of letters, digits, "-" and "_", got "${name}"`);
    } else if (kind === 'region') {
      if (names.has(name)) say(`region "${name}" exists twice`);
      names.add(name);
      open.push({ name, startLine: line });
    } else {
      const last = open.at(-1);
      if (last?.name === name) {
        open.pop();
        regions.push({ ...last, endLine: line });
      } else {
        say(`#endregion ${name} closes ${last === undefined ? 'nothing' : last.name}`);
      }
    }
  });
  for (const { name, startLine } of open) {
    problems.push({ line: startLine, text: `region "${name}" has no #endregion` });
  }
  regions.sort((a, b) => a.startLine - b.startLine);
  return { regions, problems };
}

/** The listing of a region: marks dropped, notes and subgoals lifted, common indent. */
export function listRegion(text: string, region: Region): Listing {
  return lift(text.split('\n'), region.startLine + 1, region.endLine - 1);
}

function lift(lines: readonly string[], from: number, to: number): Listing {
  const rows: { line: number; notes: string[]; subgoal?: string }[] = [];
  let notes: string[] = [];
  let subgoal: string | undefined;
  let inNote = false;

  for (let line = from; line <= to; line++) {
    const content = lines[line - 1] ?? '';
    const note = noteRE.exec(content);
    const goal = subgoalRE.exec(content);
    if (note !== null) {
      // Lines of a note that follow each other are one note.
      const above = inNote ? notes.pop() : undefined;
      const words = (note[1] ?? '').trim();
      notes.push(above === undefined ? words : `${above} ${words}`);
    } else if (goal !== null) {
      subgoal = (goal[1] ?? '').trim();
    } else if (!isMark(content) && (content.trim() !== '' || rows.length > 0)) {
      rows.push({ line, notes, ...(subgoal === undefined ? {} : { subgoal }) });
      notes = [];
      subgoal = undefined;
    }
    inNote = note !== null;
  }
  while (rows.length > 0 && (lines[(rows.at(-1)?.line ?? 0) - 1] ?? '').trim() === '') {
    rows.pop();
  }
  rows.at(-1)?.notes.push(...notes); // a note below the last line belongs to it

  const indent = Math.min(
    ...rows
      .map((row) => lines[row.line - 1] ?? '')
      .filter((content) => content.trim() !== '')
      .map((content) => content.length - content.trimStart().length),
  );
  return {
    firstLine: rows[0]?.line ?? from,
    lastLine: rows.at(-1)?.line ?? from,
    indent: Number.isFinite(indent) ? indent : 0,
    rows,
  };
}

/** Every line of the file as it stands. */
export function listFile(text: string): Listing {
  const lines = text.replace(/\n$/, '').split('\n');
  return {
    firstLine: 1,
    lastLine: lines.length,
    indent: 0,
    rows: lines.map((_, index) => ({ line: index + 1, notes: [] })),
  };
}
