/**
 * The sentences of this repository that have certain words: those that name geth, those
 * that say always. Each is a claim until somebody says that it is none: `ledger.ts` holds
 * them against a list.
 */

import type ts from 'typescript';
import { tsc } from './compiler.ts';

export interface Sentence {
  readonly line: number;
  /** White space collapsed, Markdown left in. */
  readonly text: string;
}

/** What is looked for. */
export interface Topic {
  readonly words: RegExp;
  /** Under a heading, in a box or in a column that has the words, all belongs to it. */
  readonly isContext: boolean;
}

/** A version of geth is named without its name where the context has it. */
export const geth: Topic = {
  words: /\bgeth\b|go-ethereum|\bv1\.\d+\.\d+/i,
  isContext: true,
};

const sentenceEnd = /(?<=[.!?:;][)\]”"*_`]*)\s+(?=[[(“"*_`]*[A-Z0-9`])/;

export function collapse(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

interface Block {
  readonly line: number;
  readonly text: string;
  /** All of it is of the topic, whether a sentence has its words or not. */
  readonly isOfTopic?: boolean;
}

function sentencesOf(blocks: readonly Block[], { words }: Topic): Sentence[] {
  return blocks.flatMap(({ line, text, isOfTopic = false }) =>
    collapse(text)
      .split(sentenceEnd)
      .filter((sentence) => isOfTopic || words.test(sentence))
      .map((sentence) => ({ line, text: sentence })),
  );
}

// -- Markdown -------------------------------------------------------------------------

const startsBlock = /^\s*(?:[-*+] |\d+\. |<|:::|@@)/;
/** Of the front matter, what a reader is shown and what is a sentence. */
const shownField =
  /^(?:description|know): (.*)$|^ *(?:- )?(?:question|answer): (.*)$|^ +- (?!\w+:)(.*)$/;
const isHeading = /^#{1,6} |^\[\[/;
/** Held by the table of geth's symbols. */
const isCitation = /^`[\w/]+\.go:\d+`$/;

/**
 * Of a topic that makes a context: under a heading or in a box that names it, every
 * sentence; of a table that names it in a column's head, every cell of that column.
 */
export function markdownSentences(text: string, topic = geth): Sentence[] {
  const rows = text.split('\n');
  const names = (said: string): boolean => topic.isContext && topic.words.test(said);
  const blocks: { line: number; text: string; isOfTopic: boolean }[] = [];
  let isOpen = false;
  let fence: string | undefined;
  let isFront = false;
  let isBox = false;
  let isSection = false;
  let columns: readonly number[] = [];
  for (const [at, row] of rows.entries()) {
    const line = at + 1;
    const mark = /^\s*(`{3,}|~{3,})/.exec(row)?.[1];
    const add = (said: string, isOfTopic = isBox || isSection): void => {
      blocks.push({ line, text: said, isOfTopic });
    };
    if (row === '---' && (at === 0 || isFront)) {
      isFront = at === 0;
    } else if (isFront) {
      const shown = shownField
        .exec(row)
        ?.slice(1)
        .find((part) => part !== undefined);
      if (shown !== undefined) add(shown);
    } else if (fence !== undefined) {
      if (mark?.startsWith(fence) === true) fence = undefined;
    } else if (mark !== undefined) {
      fence = mark;
      isOpen = false;
    } else if (row.startsWith(':::')) {
      isBox = names(row);
      isOpen = false;
    } else if (row.startsWith('|')) {
      isOpen = false;
      if (isRule(row)) continue;
      const cells = cellsOf(row);
      if (isRule(rows[line])) {
        columns = cells.flatMap((cell, c) => (names(cell) ? [c] : []));
      } else {
        for (const [c, cell] of cells.entries()) add(cell, columns.includes(c));
      }
    } else if (/^<\/?[A-Z][^>]*>$/.test(row)) {
      isOpen = false; // a component's tag
    } else if (row.trim() === '' || isHeading.test(row)) {
      isOpen = false;
      if (row.startsWith('## ')) isSection = names(row);
    } else if (isOpen && !startsBlock.test(row)) {
      const last = blocks.at(-1);
      if (last !== undefined) last.text += ` ${row}`;
    } else {
      add(row.replace(/^\s*(?:[-*+] |\d+\. )/, ''));
      isOpen = true;
    }
  }
  return sentencesOf(blocks, topic).filter(
    ({ text: said }) => /[a-z0-9]/i.test(said) && !isCitation.test(said),
  );
}

function isRule(row: string | undefined): boolean {
  return row !== undefined && /^\|[\s:|-]+$/.test(row);
}

/** A `\|` is no border. */
function cellsOf(row: string): string[] {
  return row
    .replace(/^\|/, '')
    .replace(/\|\s*$/, '')
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim());
}

// -- TypeScript -----------------------------------------------------------------------

/**
 * Of comments, and of texts that have more than one word if `alsoTexts`. What a `@geth`
 * tag names is held by the table of geth's symbols.
 */
export function codeSentences(
  file: string,
  text: string,
  alsoTexts: boolean,
  topic = geth,
): Sentence[] {
  const source = tsc.createSourceFile(file, text, tsc.ScriptTarget.Latest, true);
  const lineAt = (at: number): number =>
    source.getLineAndCharacterOfPosition(at).line + 1;
  const comments = new Map<number, number>();
  const texts: Block[] = [];
  const visit = (node: ts.Node): void => {
    const found = [
      ...(tsc.getLeadingCommentRanges(text, node.getFullStart()) ?? []),
      ...(tsc.getTrailingCommentRanges(text, node.getEnd()) ?? []),
    ];
    for (const { pos, end } of found) comments.set(pos, end);
    const isText = tsc.isStringLiteralLike(node) || tsc.isTemplateExpression(node);
    if (alsoTexts && isText && node.getText().includes(' ')) {
      texts.push({ line: lineAt(node.getStart()), text: node.getText() });
    }
    for (const child of node.getChildren(source)) visit(child);
  };
  visit(source);
  const ranges = [...comments].sort(([a], [b]) => a - b);
  return sentencesOf([...commentBlocks(text, ranges, lineAt), ...texts], topic);
}

/** Lines of `//` one below the other are one block; a doc comment has one for a paragraph. */
function commentBlocks(
  text: string,
  ranges: readonly (readonly [pos: number, end: number])[],
  lineAt: (at: number) => number,
): Block[] {
  const blocks: { line: number; text: string; lastLine: number }[] = [];
  for (const [pos, end] of ranges) {
    const line = lineAt(pos);
    const raw = text.slice(pos, end);
    if (raw.startsWith('//')) {
      const body = raw.replace(/^\/\/:?\s?/, '');
      const last = blocks.at(-1);
      if (body.startsWith('#')) continue; // a region's mark
      if (last?.lastLine === line - 1) {
        last.text += ` ${body}`;
        last.lastLine = line;
      } else blocks.push({ line, text: body, lastLine: line });
      continue;
    }
    const lines = raw
      .replace(/^\/\*\*?/, '')
      .replace(/\*\/$/, '')
      .split('\n')
      .map((one) => one.replace(/^\s*\*\s?/, '').replace(/@geth\b.*/, ''));
    let isOpen = false;
    for (const [at, one] of lines.entries()) {
      if (one.trim() === '') isOpen = false;
      else if (isOpen && !one.trim().startsWith('@') && !startsBlock.test(one)) {
        const last = blocks.at(-1);
        if (last !== undefined) last.text += ` ${one}`;
      } else {
        blocks.push({ line: line + at, text: one, lastLine: -1 });
        isOpen = true;
      }
    }
  }
  return blocks;
}
