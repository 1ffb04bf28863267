/**
 * Where the CPU of a process goes, by part of the code: a sample every quarter of a
 * millisecond, counted for the part that was at work. It sees the main thread; what V8's
 * other threads do for it (compiling, half of the garbage collection) is not in it.
 */

import { readFileSync } from 'node:fs';
import { Session, type Profiler } from 'node:inspector';
import { fileURLToPath } from 'node:url';
import { parts, type Profiled } from './catalogue.ts';

/** Of each part of the work, by its name there. */
export type Shares = Readonly<Record<string, number>>;

const intervalUs = 250;

/** A file of impl/ that none of the first patterns names, and Node's. */
const everywhere: readonly (readonly [RegExp, string])[] = [
  [/^impl\/rlp\/|node_modules\/rlp/, 'rlp'],
  [/^impl\/csp\//, 'csp'],
  [/^impl\/net\//, 'sockets'],
  [/^impl\/p2p\/|^impl\/bytes/, 'peer'],
  [/^node:(net|events|timers|internal\/(stream|timers|net|dns))/, 'sockets'],
];

/** The first pattern that fits a file decides. */
const partOfFile: Readonly<Record<Profiled, readonly (readonly [RegExp, string])[]>> = {
  handshake: [
    [/@bitauth\/libauth/, 'curve'],
    [/^impl\/crypto\/|@noble|^node:internal\/crypto|^node:crypto/, 'crypto'],
    ...everywhere,
  ],
  message: [
    // Where AES is called, and not what the platform does then, is in impl/crypto/node.ts.
    [/^impl\/crypto\/node\.ts|^node:internal\/crypto|^node:crypto/, 'aes'],
    [/^impl\/crypto\//, 'mac'],
    [/^impl\/p2p\/rlpx\/snappy/, 'snappy'],
    ...everywhere,
  ],
};

export class Profile {
  readonly #session = new Session();

  start(): void {
    this.#session.connect();
    this.#session.post('Profiler.enable');
    this.#session.post('Profiler.setSamplingInterval', { interval: intervalUs });
    this.#session.post('Profiler.start');
  }

  async stop(work: Profiled): Promise<Shares> {
    const profile = await new Promise<Profiler.Profile>((resolve, reject) => {
      this.#session.post('Profiler.stop', (error, result) => {
        if (error === null) resolve(result.profile);
        else reject(error);
      });
    });
    this.#session.disconnect();
    return sharesOf(work, profile, sourceFile);
  }
}

/**
 * @param fileOf the source file of a line of code, by its address
 * @returns parts of all samples that were not idle
 */
export function sharesOf(
  work: Profiled,
  { nodes, samples = [], timeDeltas = [] }: Profiler.Profile,
  fileOf: (url: string, line: number) => string,
): Shares {
  const partOf = new Map<number, string | undefined>();
  const visit = (id: number, above: string | undefined): void => {
    const node = byId.get(id);
    if (node === undefined) return;
    const part = partOfFrame(work, node.callFrame, above, fileOf);
    partOf.set(id, part);
    for (const child of node.children ?? []) visit(child, part ?? above);
  };
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const [root] = nodes;
  if (root !== undefined) visit(root.id, undefined);
  const sums: Record<string, number> = {};
  let total = 0;
  samples.forEach((id, i) => {
    if (byId.get(id)?.callFrame.functionName === '(idle)') return;
    const part = partOf.get(id) ?? 'other';
    sums[part] = (sums[part] ?? 0) + (timeDeltas[i] ?? 0);
    total += timeDeltas[i] ?? 0;
  });
  return Object.fromEntries(
    Object.keys(parts[work]).map((part) => [part, (sums[part] ?? 0) / total]),
  );
}

/** What has no file of its own (WebAssembly, built-ins) counts for who called it. */
function partOfFrame(
  work: Profiled,
  { functionName, url, lineNumber }: Profiler.Profile['nodes'][number]['callFrame'],
  above: string | undefined,
  fileOf: (url: string, line: number) => string,
): string | undefined {
  if (functionName === '(garbage collector)') return 'memory';
  if (functionName.startsWith('(') && url === '') return undefined;
  if (url === '' || url.startsWith('wasm:')) return above;
  const file = fileOf(url, lineNumber);
  return partOfFile[work].find(([pattern]) => pattern.test(file))?.[1];
}

const sources = new Map<string, readonly string[]>(); // BOUNDED by the bundle's files

/** A bundle says in a comment before each file's code which file it was. */
function sourceFile(url: string, line: number): string {
  if (!url.startsWith('file:')) return url;
  let lines = sources.get(url);
  if (lines === undefined) {
    lines = filesByLine(readFileSync(fileURLToPath(url), 'utf8'));
    sources.set(url, lines);
  }
  return lines[line] ?? '';
}

export function filesByLine(bundle: string): readonly string[] {
  let file = '';
  return bundle.split('\n').map((line) => {
    file = /^\/\/ ((?:[\w@.-]+\/)+[\w.-]+\.[jt]s)$/.exec(line)?.[1] ?? file;
    return file;
  });
}
