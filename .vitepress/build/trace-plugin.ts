/**
 * Serves recorded traces to the trace player: `virtual:peerwalk-traces` is a map from
 * name to loader; each trace module holds the text of the file and, for every source
 * line that the trace names, that line with its neighbours, highlighted.
 *
 * A trace that was not recorded yet falls back to the sample, and says so.
 *
 * `virtual:peerwalk-code` is a map from each file of impl/ to a loader of its lines, for
 * runs that are made in the page and may come through any of them.
 */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';
import { readTrace, type Trace } from '../../impl/csp/trace.ts';
import { findPlaces, srcOf, type MessagePlaces } from '../lab/message-places.ts';
import { sampleTrace } from '../lab/sample.ts';
import { withFields } from '../lab/words.ts';
import { inlineHtml } from '../weave/code-html.ts';
import { isMark, isNote, isSubgoal } from '../weave/regions.ts';
import { highlightLines } from './highlight.ts';
import { traceFile } from './trace-file.ts';
import { traceFields } from '../lab/fields.ts';
import {
  placeOf,
  type CodeByFile,
  type CodeLine,
  type FieldsByStep,
  type LiftedLine,
  type PlayerData,
} from '../lab/player-data.ts';

const indexId = 'virtual:peerwalk-traces';
const traceId = 'virtual:peerwalk-trace/';
const codeIndexId = 'virtual:peerwalk-code';
const codeId = 'virtual:peerwalk-code/';
const linesAround = 6;

/** As it is sent to a page: the run is the text of its file. */
export interface TraceData extends PlayerData {
  readonly name: string;
  readonly run: string;
}

export function traceNames(repoDir: string): string[] {
  const folder = join(repoDir, 'docs', 'traces');
  const names = existsSync(folder)
    ? readdirSync(folder)
        .filter((file) => file.endsWith('.jsonl'))
        .map((file) => file.slice(0, -'.jsonl'.length))
    : [];
  return [...new Set(['meet', ...names])].sort();
}

/** Source lines named by the trace, and those around them. */
function codeOf(repoDir: string, trace: Trace, places: MessagePlaces): CodeByFile {
  const wanted = new Map<string, Set<number>>();
  for (const event of withFields(trace).events) {
    const place = placeOf(srcOf(event, places));
    if (place === undefined) continue;
    const { file, line } = place;
    const lines = wanted.get(file) ?? new Set<number>();
    for (let n = line - linesAround; n <= line + linesAround; n++) lines.add(n);
    wanted.set(file, lines);
  }
  const code: Record<string, Record<number, CodeLine>> = {};
  for (const [file, lines] of wanted) {
    const path = join(repoDir, file);
    if (!existsSync(path)) continue;
    const shown = codeLines(readFileSync(path, 'utf8'));
    const kept = [...shown].filter(([line]) => lines.has(line));
    code[file] = Object.fromEntries(kept);
  }
  return code;
}

/** The lines of a file as a listing shows them: marks dropped, notes set as notes. */
export function codeLines(text: string): Map<number, CodeLine> {
  const highlighted = highlightLines(text);
  const shown = new Map<number, CodeLine>();
  let open: { readonly line: number; readonly note: LiftedLine } | undefined;
  for (const [index, content] of text.split('\n').entries()) {
    const line = index + 1;
    if (isNote(content)) {
      // Lines of a note that follow each other are one note.
      const more = lifted('note', content);
      const note = open?.note ?? more;
      const html = open === undefined ? note.html : `${note.html} ${more.html}`;
      open = { line: open?.line ?? line, note: { ...note, html } };
      shown.set(open.line, open.note);
      continue;
    }
    open = undefined;
    if (isSubgoal(content)) shown.set(line, lifted('goal', content));
    else if (!isMark(content)) shown.set(line, highlighted[index] ?? '');
  }
  return shown;
}

function lifted(kind: LiftedLine['kind'], content: string): LiftedLine {
  const html = inlineHtml(content.replace(/^\s*\/\/[:=]/, '').trim());
  return { kind, html, indent: content.search(/\S/) };
}

export function loadTrace(repoDir: string, name: string): TraceData {
  const path = traceFile(repoDir, name);
  const sample = !existsSync(path);
  const text = sample ? sampleTrace() : readFileSync(path, 'utf8');
  const places = placesIn(repoDir);
  let code: CodeByFile = {};
  let fields: FieldsByStep = {};
  try {
    const trace = readTrace(text);
    code = codeOf(repoDir, trace, places);
    fields = traceFields(trace);
  } catch {
    // Not a trace: the player says so where the reader looks for it.
  }
  return { name, run: text, sample, code, fields, places };
}

function placesIn(repoDir: string): MessagePlaces {
  return findPlaces((file) => readFileSync(join(repoDir, file), 'utf8'));
}

function implFiles(repoDir: string): string[] {
  return readdirSync(join(repoDir, 'impl'), { recursive: true, encoding: 'utf8' })
    .map((entry) => `impl/${entry.replaceAll('\\', '/')}`)
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))
    .filter((file) => !/^impl\/(?:node|crypto\/wasm)/.test(file)) // no page runs them
    .sort();
}

function loaders(names: readonly string[], prefix: string): string {
  const entries = names.map(
    (name) => `${JSON.stringify(name)}: () => import(${JSON.stringify(prefix + name)})`,
  );
  return `export default { ${entries.join(', ')} };`;
}

function jsonModule(data: unknown): string {
  return `export default JSON.parse(${JSON.stringify(JSON.stringify(data))});`;
}

export function tracePlugin(repoDir: string): Plugin {
  return {
    name: 'peerwalk:traces',
    resolveId(id) {
      const ours = [traceId, codeId].some((prefix) => id.startsWith(prefix));
      return ours || id === indexId || id === codeIndexId ? `\0${id}` : undefined;
    },
    load(id) {
      if (id === `\0${indexId}`) return loaders(traceNames(repoDir), traceId);
      if (id === `\0${codeIndexId}`)
        return `${loaders(implFiles(repoDir), codeId)}\nexport const places = ${JSON.stringify(placesIn(repoDir))};`;
      if (id.startsWith(`\0${codeId}`)) {
        const path = join(repoDir, id.slice(codeId.length + 1));
        this.addWatchFile(path);
        return jsonModule(Object.fromEntries(codeLines(readFileSync(path, 'utf8'))));
      }
      if (!id.startsWith(`\0${traceId}`)) return undefined;
      const name = id.slice(traceId.length + 1);
      const path = traceFile(repoDir, name);
      if (existsSync(path)) this.addWatchFile(path);
      return jsonModule(loadTrace(repoDir, name));
    },
  };
}
