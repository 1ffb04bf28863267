/** The command line of the node: what each option is, and one clear line for a bad one. */

import { parseArgs } from 'node:util';
import { isPrivateKey } from '#crypto';
import { fromHex, utf8 } from '../bytes.ts';
import {
  decodeTransaction,
  transactionSchema,
  type Transaction,
} from '../core/transaction.ts';
import { EnodeError, parseEnode, parseHost, type Node } from '../p2p/enode.ts';
import { decode } from '../rlp/decode.ts';
import { checkTarget, isSameFile } from './files.ts';
import { UsageError } from './usage-error.ts';

export const usage = `Usage: npm run -s node -- [options]
   or: node --import tsx impl/node/main.ts [options]

A complete node: it listens, dials, shakes hands over RLPx, speaks eth/62 and eth/63
and syncs blocks. It does not execute transactions and does not check seals.

Without --listen, --peer and --bootnode nothing connects: then it reads and writes the
files that --import and --export name, tries each --tx, and ends.

Where it is reached and whom it dials
  --listen HOST:PORT     accept connections; port 0 takes any free port; IPv6 stands in
                         brackets, with its zone: [fe80::1%eth0]:30303
  --peer ENODE           keep a connection to this node (repeatable); one that is this
                         node itself is named in a dial-error and not dialed
  --bootnode ENODE       a node to dial while we have room for dials: they take a third
                         of --max-peers, rounded down, in turn (repeatable)
  --trusted ENODE        let this node in even when full (repeatable)
  --no-dial              dial nobody, neither --peer nor --bootnode
  --max-peers N          default 25
  --max-pending-peers N  connections that may shake hands at once; default 50
  An ENODE is enode://ID@HOST:PORT, with the node's 128 hex digits; 0x before them, upper
  case, a slash at the end and ?discport=N are taken as well. HOST is an address (IPv6 in
  brackets, with its zone) or a name.

Who it is
  --key HEX              private key, 64 hex digits; without one, a fresh key
  --key-file FILE        a file that holds it
  --name TEXT            client name, sent in Hello

Its chain
  --genesis FILE         geth's genesis JSON, in every spelling that geth v1.8.12 reads;
                         without one, an empty development chain
  --network-id N         default: the chain id of the genesis; 1, as in geth, if that
                         is none (absent, 0, below it, or 2^64 and more)
  --import FILE          block RLP as "geth export" writes it; read before the start
  --export FILE          the canonical chain, written at the end: whole, or not at all;
                         a file that is there keeps its mode, and links are followed
                         (both: gzip if FILE ends in .gz, up to 2 GiB inflated)
  --eth 62,63            versions to speak; default both
  --tx RLPHEX            a signed transaction for the pool (repeatable)

What it shows
  --events FORMAT        pretty (default), json (one object a line) or none; in JSON, td
                         is a decimal string, because it can be larger than 2^53;
                         hashes and addresses begin with 0x, node ids do not
  --log LEVEL            error, warn (default), info or debug: faults, and what happens
                         to peers, on standard error, key=value, one line each
  --trace FILE           every step of every task, as JSON Lines, written at the end;
                         the first 200,000 steps, and how many came after them; n is
                         the first 8 hex digits of the node's id
  Whoever stops reading either output costs 8 MiB; then lines are left out, msg-send
  and msg-recv first, and counted in one line (left-out) when somebody reads again.

When it ends
  --exit-after CONDITION peer, status, head=N, drop or seconds=N
  SIGINT or SIGTERM      ends every peer, within 6 s, writes --export and exits with
                         code 0. It stops an import between two blocks: what was read
                         goes to --export only if nothing stands there. A signal during
                         the export gives that up: the file is as it was, exit code 1.
  SIGHUP                 the terminal is gone, see below; where there is none, ignored
  If standard output or error cannot be written any more (disk full, reader or terminal
  gone), the same happens in the same order, with one line and exit code 1.

  --help                 this text

A bad option, key, enode or file is one line on standard error and exit code 2; so is
a file of --export or --trace that cannot be written.
`;

export type ExitCondition =
  | { readonly kind: 'peer' | 'status' | 'drop' }
  | { readonly kind: 'head'; readonly number: bigint }
  | { readonly kind: 'seconds'; readonly seconds: number };

export type LogLevel = 'error' | 'warn' | 'info' | 'debug';
export type EventFormat = 'json' | 'pretty' | 'none';

export interface NodeOptions {
  readonly listen: { readonly host: string; readonly port: number } | undefined;
  readonly privateKey: Uint8Array | undefined;
  readonly keyFile: string | undefined;
  readonly peers: readonly Node[];
  readonly bootnodes: readonly Node[];
  readonly trusted: readonly Node[];
  readonly noDial: boolean;
  readonly maxPeers: number;
  readonly maxPendingPeers: number;
  readonly genesisFile: string | undefined;
  /** Without one it depends on the genesis. */
  readonly networkId: bigint | undefined;
  readonly importFile: string | undefined;
  readonly exportFile: string | undefined;
  readonly ethVersions: readonly (62 | 63)[];
  readonly name: string;
  readonly transactions: readonly Transaction[];
  readonly events: EventFormat;
  readonly log: LogLevel;
  readonly traceFile: string | undefined;
  readonly exitAfter: ExitCondition | undefined;
}

export const uint64Max = 2n ** 64n - 1n;

/** A Hello of 2,048 bytes has to hold the rest as well. */
const maxNameBytes = 1024;

/** The longest time that `setTimeout` takes: 2^31 − 1 ms, some 24 days. */
const maxSeconds = 2_147_483;

/**
 * Reads no file: that takes time, and a signal has to be heard meanwhile (`load.ts`).
 *
 * @returns the options, or undefined if the help was asked for
 * @throws {UsageError} with the option that is wrong
 */
export function parseOptions(args: readonly string[]): NodeOptions | undefined {
  const values = readArgs(args);
  if (values.help === true) return undefined;
  if (values.key !== undefined && values['key-file'] !== undefined) {
    throw new UsageError('--key and --key-file cannot both be given');
  }
  checkNotOverwritten(values);
  return {
    listen: values.listen === undefined ? undefined : listenAddress(values.listen),
    privateKey: values.key === undefined ? undefined : privateKey('--key', values.key),
    keyFile: values['key-file'],
    peers: (values.peer ?? []).map((text) => enode('--peer', text)),
    bootnodes: (values.bootnode ?? []).map((text) => enode('--bootnode', text)),
    trusted: (values.trusted ?? []).map((text) => enode('--trusted', text)),
    noDial: values['no-dial'] ?? false,
    maxPeers: count('--max-peers', values['max-peers'], 25, 1),
    maxPendingPeers: count('--max-pending-peers', values['max-pending-peers'], 50, 1),
    genesisFile: values.genesis,
    networkId: networkId(values['network-id']),
    importFile: values.import,
    exportFile: outputFile('--export', values.export),
    ethVersions: ethVersions(values.eth),
    name: clientName(values.name ?? 'peerwalk/v0.1.0'),
    transactions: (values.tx ?? []).map(transaction),
    events: eventFormat(values.events),
    log: logLevel(values.log),
    traceFile: outputFile('--trace', values.trace),
    exitAfter: exitCondition(values['exit-after']),
  };
}

const text = { type: 'string' } as const;
const list = { type: 'string', multiple: true } as const;
const flag = { type: 'boolean' } as const;

const known = {
  listen: text,
  key: text,
  'key-file': text,
  peer: list,
  bootnode: list,
  trusted: list,
  'no-dial': flag,
  'max-peers': text,
  'max-pending-peers': text,
  'network-id': text,
  genesis: text,
  import: text,
  export: text,
  eth: text,
  name: text,
  tx: list,
  events: text,
  log: text,
  trace: text,
  'exit-after': text,
  help: flag,
} as const;

type Values = ReturnType<
  typeof parseArgs<{ args: string[]; strict: true; options: typeof known }>
>['values'];

function readArgs(args: readonly string[]): Values {
  try {
    return parseArgs({ args: [...args], strict: true, options: known }).values;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // Its first sentence says what is wrong; the rest is advice about other programs.
    const what = message.split(/\.?\n|\. /)[0] ?? message;
    const missing = /^Option '(--[a-z-]+).*(?:ambiguous|missing)/.exec(what)?.[1];
    if (missing === undefined) throw new UsageError(what);
    throw new UsageError(
      `${missing}: no value (write ${missing}=-… if it begins with -)`,
    );
  }
}

function listenAddress(text: string): { host: string; port: number } {
  const match = /^(\[[^[\]]*\]|[^:[\]]+):(\d{1,5})$/.exec(text);
  const port = Number(match?.[2]);
  if (match?.[1] === undefined || port > 65_535) {
    throw new UsageError(`--listen: expected HOST:PORT, got "${text}"`);
  }
  const host = parseHost(match[1]);
  if (host !== undefined) return { host, port };
  throw new UsageError(`--listen: "${match[1]}" is no host and no address`);
}

/** @throws {UsageError} it is none; the text is not repeated */
export function privateKey(option: string, text: string): Uint8Array {
  if (!/^(?:0x)?[0-9a-fA-F]{64}$/.test(text)) {
    throw new UsageError(`${option}: a private key is 64 hex digits`);
  }
  const key = fromHex(text);
  if (!isPrivateKey(key)) {
    throw new UsageError(`${option}: not a private key of secp256k1 (0, or too large)`);
  }
  return key;
}

function enode(option: string, text: string): Node {
  try {
    return parseEnode(text);
  } catch (error) {
    if (error instanceof EnodeError)
      throw new UsageError(`${option}: ${error.message}`);
    throw error;
  }
}

function count(
  option: string,
  text: string | undefined,
  fallback: number,
  least: number,
): number {
  if (text === undefined) return fallback;
  const value = Number(text);
  if (!/^\d{1,6}$/.test(text) || value < least) {
    throw new UsageError(
      `${option}: expected a number from ${least} to 999999, got "${text}"`,
    );
  }
  return value;
}

function clientName(text: string): string {
  const { length } = utf8(text);
  if (length <= maxNameBytes) return text;
  throw new UsageError(`--name: ${length} bytes, at most ${maxNameBytes} fit in Hello`);
}

function networkId(text: string | undefined): bigint | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,20}$/.test(text) || BigInt(text) > uint64Max) {
    throw new UsageError(`--network-id: expected a number below 2^64, got "${text}"`);
  }
  return BigInt(text);
}

function ethVersions(text: string | undefined): readonly (62 | 63)[] {
  const versions = (text ?? '63,62').split(',').map((part) => {
    if (part === '62') return 62;
    if (part === '63') return 63;
    throw new UsageError(`--eth: expected 62, 63 or 62,63, got "${text ?? ''}"`);
  });
  return [...new Set(versions)].toSorted((a, b) => b - a);
}

function transaction(hex: string): Transaction {
  try {
    return decodeTransaction(
      decode(fromHex(hex), transactionSchema, 'transaction', { trailing: 'refuse' }),
    );
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`--tx: ${why}`);
  }
}

function eventFormat(text = 'pretty'): EventFormat {
  if (text === 'json' || text === 'pretty' || text === 'none') return text;
  throw new UsageError(`--events: expected json, pretty or none, got "${text}"`);
}

function logLevel(text = 'warn'): LogLevel {
  if (text === 'error' || text === 'warn' || text === 'info' || text === 'debug')
    return text;
  throw new UsageError(`--log: expected error, warn, info or debug, got "${text}"`);
}

function exitCondition(text: string | undefined): ExitCondition | undefined {
  if (text === undefined) return undefined;
  if (text === 'peer' || text === 'status' || text === 'drop') return { kind: text };
  const head = /^head=(\d{1,19})$/.exec(text);
  if (head?.[1] !== undefined) return { kind: 'head', number: BigInt(head[1]) };
  const seconds = /^seconds=(\d{1,7}(?:\.\d{1,3})?)$/.exec(text);
  if (seconds?.[1] !== undefined && Number(seconds[1]) <= maxSeconds) {
    return { kind: 'seconds', seconds: Number(seconds[1]) };
  }
  throw new UsageError(
    `--exit-after: expected peer, status, head=N, drop or seconds=N (at most ${maxSeconds}), got "${text}"`,
  );
}

function outputFile(option: string, file: string | undefined): string | undefined {
  if (file !== undefined) checkTarget(option, file);
  return file;
}

/** What is written must not be what is read, but for a chain that is brought up to date. */
function checkNotOverwritten(values: Values): void {
  const pairs = [
    ['export', 'genesis'],
    ['export', 'key-file'],
    ['export', 'trace'],
    ['trace', 'genesis'],
    ['trace', 'key-file'],
    ['trace', 'import'],
  ] as const;
  for (const [written, other] of pairs) {
    const [a, b] = [values[written], values[other]];
    if (a !== undefined && b !== undefined && isSameFile(a, b)) {
      throw new UsageError(`--${written} and --${other} name the same file`);
    }
  }
}
