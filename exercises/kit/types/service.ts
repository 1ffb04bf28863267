/**
 * TypeScript's language service over a handful of texts: what an editor asks about one
 * file that a reader writes. It reads nothing but the texts that it was given, so it is
 * the same in a worker of the page and under Node.
 */

import type ts from 'typescript';
import { learnerGlobals } from '../formats/learner-options.ts';
import type {
  AnswerTo,
  CompletionName,
  Completions,
  Hover,
  Question,
  Told,
} from './asks.ts';
import {
  globalsFile,
  learnerCompilerOptions,
  problemsIn,
  type Compiler,
  type TextProblem,
} from './problems.ts';

/** Where the library's own declarations stand among the texts. */
export const libraryFolder = 'lib';

/** Texts by path from the root, which is `/` here. */
export type TypeTexts = Readonly<Record<string, string>>;

/** What a page shows at once; who has more wrong mends these first. */
const maxProblems = 100;
const maxMessage = 2000;
const maxTold = 4000;

export class TypeService {
  readonly #compiler: Compiler;
  readonly #service: ts.LanguageService;
  readonly #file: string;
  #text = '';
  #version = 0;

  /** @param file path of the reader's file, from the root */
  constructor(compiler: Compiler, texts: TypeTexts, file: string) {
    this.#compiler = compiler;
    this.#file = `/${file}`;
    this.#service = compiler.createLanguageService(this.#host(texts));
  }

  /** From here on, this is the text of the file. */
  write(text: string): void {
    if (text === this.#text) return;
    this.#text = text;
    this.#version += 1;
  }

  answer<Q extends Question>(question: Q): AnswerTo<Q>;
  answer(question: Question): AnswerTo<Question> {
    switch (question.kind) {
      case 'problems':
        return this.problems();
      case 'complete':
        return this.completions(question.at);
      case 'details':
        return this.details(question.at, question.name);
      case 'hover':
        return this.hover(question.at);
    }
  }

  problems(): TextProblem[] {
    const source = this.#service.getProgram()?.getSourceFile(this.#file);
    if (source === undefined) throw new Error(`${this.#file} is not in the program`);
    return problemsIn(this.#compiler, source, {
      syntactic: this.#service.getSyntacticDiagnostics(this.#file),
      semantic: this.#service.getSemanticDiagnostics(this.#file),
    })
      .slice(0, maxProblems)
      .map((one) => ({ ...one, message: cut(one.message, maxMessage) }));
  }

  completions(at: number): Completions | undefined {
    const found = this.#service.getCompletionsAtPosition(this.#file, at, {
      includeCompletionsForModuleExports: false,
    });
    const [first] = found?.entries ?? [];
    if (found === undefined || first === undefined) return undefined;
    const span = first.replacementSpan ?? found.optionalReplacementSpan;
    const word = /[\w$]*$/.exec(this.#text.slice(0, at))?.[0] ?? '';
    return {
      from: span?.start ?? at - word.length,
      names: found.entries.map(completionName),
    };
  }

  details(at: number, name: string): Told | undefined {
    const found = this.#service.getCompletionEntryDetails(
      this.#file,
      at,
      name,
      undefined,
      undefined,
      undefined,
      undefined,
    );
    if (found === undefined) return undefined;
    return told(found.displayParts, found.documentation, found.tags);
  }

  hover(at: number): Hover | undefined {
    const found = this.#service.getQuickInfoAtPosition(this.#file, at);
    if (found === undefined) return undefined;
    const { start, length } = found.textSpan;
    return {
      from: start,
      to: start + length,
      ...told(found.displayParts, found.documentation, found.tags),
    };
  }

  #host(texts: TypeTexts): ts.LanguageServiceHost {
    const compiler = this.#compiler;
    const fixed = new Map(
      Object.entries(texts).map(([file, text]) => [`/${file}`, text]),
    );
    const globals = `/${globalsFile}`;
    fixed.set(globals, learnerGlobals);
    const folders = foldersOf(fixed.keys());
    const folderAt = (path: string): Folder | undefined =>
      folders.get(path === '/' ? path : path.replace(/\/$/, ''));
    const textOf = (file: string): string | undefined =>
      file === this.#file ? this.#text : fixed.get(file);
    return {
      getCompilationSettings: () => learnerCompilerOptions(compiler, '/'),
      getScriptFileNames: () => [this.#file, globals],
      getScriptVersion: (file) => (file === this.#file ? String(this.#version) : '0'),
      getScriptSnapshot: (file) => {
        const text = textOf(file);
        return text === undefined
          ? undefined
          : compiler.ScriptSnapshot.fromString(text);
      },
      getCurrentDirectory: () => '/',
      getDefaultLibFileName: () => `/${libraryFolder}/lib.d.ts`,
      useCaseSensitiveFileNames: () => true,
      fileExists: (file) => textOf(file) !== undefined,
      readFile: textOf,
      directoryExists: (folder) => folderAt(folder) !== undefined,
      getDirectories: (folder) => [...(folderAt(folder)?.folders ?? [])],
      // Asked for what can stand in an import, one folder at a time.
      readDirectory: (folder) => [...(folderAt(folder)?.files ?? [])],
    };
  }
}

interface Folder {
  readonly folders: Set<string>;
  readonly files: Set<string>;
}

/** Every folder that a file stands in, with what stands in it itself. */
function foldersOf(files: Iterable<string>): Map<string, Folder> {
  const found = new Map<string, Folder>();
  const at = (path: string): Folder => {
    const known = found.get(path) ?? { folders: new Set(), files: new Set() };
    found.set(path, known);
    return known;
  };
  for (const file of files) {
    const parts = file.split('/').slice(1, -1);
    let path = '/';
    for (const part of parts) {
      at(path).folders.add(part);
      path = path === '/' ? `/${part}` : `${path}/${part}`;
    }
    at(path).files.add(file);
  }
  return found;
}

/** The editor's words for the kinds of names; those that are the same are not listed. */
const kinds: Readonly<Record<string, string>> = {
  'local function': 'function',
  'local class': 'class',
  const: 'constant',
  let: 'variable',
  var: 'variable',
  'local var': 'variable',
  parameter: 'variable',
  getter: 'property',
  setter: 'property',
  accessor: 'property',
  alias: 'variable',
  'type parameter': 'type',
  'primitive type': 'type',
  'enum member': 'constant',
  module: 'namespace',
  'external module name': 'namespace',
  directory: 'namespace',
  script: 'namespace',
  string: 'text',
};

function completionName({ name, kind, sortText }: ts.CompletionEntry): CompletionName {
  // '11' is what stands around the place, '15' globals and keywords.
  const rank = sortText < '12' ? 1 : sortText < '15' ? 0 : -1;
  return { name, kind: kinds[kind] ?? kind, rank };
}

function told(
  parts: readonly ts.SymbolDisplayPart[] = [],
  documentation: readonly ts.SymbolDisplayPart[] = [],
  tags: readonly ts.JSDocTagInfo[] = [],
): Told {
  return {
    // What an import is an alias of is told above that line.
    type: cut(plain(parts).replace(/\nimport .*$/, ''), maxMessage),
    text: cut(flowing(plain(documentation)), maxTold),
    tags: tags
      .slice(0, 20)
      .map(({ name, text }) => ({ name, text: cut(flowing(plain(text ?? [])), 1000) })),
  };
}

/** A link is told by its name. */
function plain(parts: readonly ts.SymbolDisplayPart[]): string {
  return parts
    .filter(({ kind }) => kind !== 'link')
    .map(({ text }) => text)
    .join('');
}

/** A comment breaks its lines where the file is full; its paragraphs and lists are meant. */
function flowing(text: string): string {
  const paragraphs = text.split(/\n{2,}/);
  return paragraphs
    .map((one) => one.replaceAll(/\n(?![*-])\s*/g, ' ').trim())
    .join('\n\n');
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length)}…`;
}
