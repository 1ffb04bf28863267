/** Makes a module of what the reader wrote. */

import { transform } from 'sucrase';
import type { instrument } from '../trace/instrument.ts';
import { markNames } from '../trace/mark-names.ts';
import type { Exports, ModuleFactory, Require } from './registry.ts';
import { selectModule, tellingCases } from './telling-cases.ts';
import { kitStrings } from '../words/strings.ts';
import {
  explain,
  namespaceIn,
  placeOfRefusal,
  usingIn,
  type Place,
} from './syntax-error.ts';

const strings = kitStrings.code;

export const maxCodeBytes = 32 * 1024;

/** The text is no module. Line and column count from 1. */
export class CodeError extends Error {
  override readonly name = 'CodeError';
  readonly line: number | undefined;
  readonly column: number | undefined;

  constructor(message: string, line?: number, column?: number) {
    super(message);
    this.line = line;
    this.column = column;
  }
}

function placeOf(error: unknown): Place | undefined {
  if (typeof error !== 'object' || error === null || !('loc' in error))
    return undefined;
  return error.loc as Place; // sucrase's own shape
}

/** What a recorded run needs to say where in the reader's file a task stands. */
export interface Marks {
  readonly instrument: typeof instrument;
  /** The name that traces have for the file. */
  readonly file: string;
}

/** The module that marks are left in. */
const whereModule = 'impl/csp/where.ts';

/** @throws {CodeError} too long, not TypeScript, or an import that is not allowed */
export function compileLearner(
  code: string,
  isKnown: (id: string) => boolean,
  marks?: Marks,
): ModuleFactory {
  if (code.length > maxCodeBytes) {
    throw new CodeError(strings.tooLong(maxCodeBytes));
  }
  return (module, exports, require) => {
    refuseAt(namespaceIn(code), strings.noNamespace);
    refuseAt(usingIn(code), strings.noUsing);
    const script = toCommonJS(code);
    const build =
      (marks && withMarks(script, marks, require)) ?? evaluate(script, code);
    const guarded: Require = (specifier) => {
      const id = resolveImport(specifier, isKnown);
      return id === selectModule ? tellingCases(require(id)) : require(id);
    };
    refuseMissing(script, code, guarded);
    build(module, exports, guarded);
  };
}

/** Syntax that engines may take, and that is not read here. */
function refuseAt(place: Place | undefined, said: string): void {
  if (place !== undefined) throw new CodeError(said, place.line, place.column);
}

type Build = (module: object, exports: Exports, require: Require) => void;

/** Undefined for what cannot have marks: without them it says what is wrong with it. */
function withMarks(
  script: string,
  { instrument, file }: Marks,
  require: Require,
): Build | undefined {
  const marked = instrument(script, { sourceType: 'script' });
  if (marked === undefined) return undefined;
  const where = require(whereModule) as typeof import('#impl/csp/where.ts');
  const { at, back, base } = markNames;
  try {
    const build = evaluate(marked, '', [at, back, base]);
    const given = [where.inOwn, where.backInOwn, where.baseOf(file)];
    return (module, exports, guarded) => {
      build(module, exports, guarded, ...given);
      for (const [name, value] of Object.entries(exports)) {
        Reflect.set(exports, name, leaving(value, where));
      }
    };
  } catch {
    return undefined;
  }
}

/** What a reader's module exports, with a note in the trace when a call of it is over. */
export function leaving<T>(value: T, where: Pick<Where, 'leaveOwn'>): T {
  if (typeof value !== 'function' || leavers.has(value)) return value;
  const leaver = new Proxy(value, {
    apply(target, self, given: unknown[]): unknown {
      const result: unknown = Reflect.apply(target, self, given);
      // First of all that wait for it: whoever called goes on in lines of its own.
      if (result instanceof Promise) result.then(where.leaveOwn, where.leaveOwn);
      else where.leaveOwn();
      leavingIn(result, where);
      return result;
    },
  });
  leavers.add(leaver);
  return leaver;
}

/** What has its note: it needs no second one when it is given back again. */
const leavers = new WeakSet<object>();

/**
 * An object of functions that the reader's code has made is called later: they, too, have
 * such a note. It stays the object that it is.
 */
function leavingIn(made: unknown, where: Pick<Where, 'leaveOwn'>): void {
  if (typeof made !== 'object' || made === null) return;
  if (Object.getPrototypeOf(made) !== Object.prototype) return;
  for (const [name, found] of Object.entries(Object.getOwnPropertyDescriptors(made))) {
    if (typeof found.value !== 'function') continue;
    const value: unknown = leaving(found.value, where);
    // What cannot be changed stays without.
    Reflect.defineProperty(made, name, { ...found, value });
  }
}

type Where = typeof import('#impl/csp/where.ts');

function toCommonJS(code: string): string {
  try {
    // A first line for a shell is a comment to everybody else.
    return transform(code.replace(/^#!/, '//'), {
      transforms: ['typescript', 'imports'],
      disableESTransforms: true,
      // `import()` asks as `import` does, and is refused in the same words.
      preserveDynamicImport: false,
      filePath: 'exercise.ts',
    }).code;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const text = message
      .replace(/^Error transforming exercise\.ts: /, '')
      .replace(/ \(\d+:\d+\)$/, '');
    throw codeError(code, text, placeOf(error));
  }
}

/** Nothing stands before the first line, so lines of a stack are lines of the file. */
function evaluate(
  script: string,
  code: string,
  names: readonly string[] = [],
): (...given: [...Parameters<Build>, ...unknown[]]) => void {
  const parameters = ['module', 'exports', 'require', ...names].join();
  const before = `(function(${parameters}){`;
  const source = `${before}${script}\n})\n//# sourceURL=exercise.ts`;
  try {
    // The reason for the sandbox: this is where the reader's code becomes code.
    const build: unknown = (0, eval)(source);
    return build as ReturnType<typeof evaluate>; // as written
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw codeError(code, message, placeOfRefusal(code, script, before, message));
  }
}

function codeError(code: string, message: string, at: Place | undefined): CodeError {
  const { message: said, place } = explain(code, message, at);
  return new CodeError(said, place?.line, place?.column);
}

/** A name that is imported as a value, and that its module does not have. */
function refuseMissing(script: string, code: string, guarded: Require): void {
  for (const [, bound = '', specifier = ''] of script.matchAll(requires)) {
    const uses = script.matchAll(new RegExp(`(?<![\\w.$])${bound}\\.(\\w+)`, 'g'));
    const exported = guarded(specifier);
    for (const [, name = ''] of uses) {
      if (name in exported) continue;
      const lines = code.split('\n');
      const at = lines.findIndex((line) => new RegExp(`\\b${name}\\b`).test(line));
      throw new CodeError(strings.noSuchName(specifier, name), at + 1 || undefined);
    }
  }
}

/** As sucrase writes an import of names. */
const requires = /\bvar (_\w+) = require\('([^']+)'\)/g;

function resolveImport(specifier: string, isKnown: (id: string) => boolean): string {
  const match = /^#(impl|kit)\/(.+)$/.exec(specifier);
  const id = match && `${match[1] === 'impl' ? 'impl' : 'exercises/kit'}/${match[2]}`;
  if (id && isKnown(id)) return id;
  throw new CodeError(strings.noImport(specifier));
}
