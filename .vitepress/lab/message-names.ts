/**
 * Names for the messages of a trace, by what its run shows. A code says nothing alone:
 * which protocol it belongs to depends on those that the two sides share.
 */
import type { Trace, TraceEvent, TraceMsg } from '../../impl/csp/trace.ts';

const baseNames: Readonly<Record<number, string>> = {
  0: 'Hello',
  1: 'Disconnect',
  2: 'Ping',
  3: 'Pong',
};
const baseLength = 16;

const ethNames: Readonly<Record<number, string>> = {
  0: 'Status',
  1: 'NewBlockHashes',
  2: 'Transactions',
  3: 'GetBlockHeaders',
  4: 'BlockHeaders',
  5: 'GetBlockBodies',
  6: 'BlockBodies',
  7: 'NewBlock',
  13: 'GetNodeData',
  14: 'NodeData',
  15: 'GetReceipts',
  16: 'Receipts',
};
const ethLengths: Readonly<Record<string, number>> = { 'eth/62': 8, 'eth/63': 17 };

/** @returns the code inside eth of a message of that name */
export function ethCodeOf(name: string): number | undefined {
  const found = Object.entries(ethNames).find(([, one]) => one === name);
  return found && Number(found[0]);
}

/** Of a message that `withNames` has gone over. */
export function messageName({ code, name }: TraceMsg): string {
  return name ?? (code === undefined ? '' : `code ${code}`);
}

/** Each message gets its name, where the run shows what its code means. */
export function withNames(trace: Trace): Trace {
  const eth = ethOf(trace.events);
  const named = (event: TraceEvent): TraceEvent => {
    const { msg } = event;
    if (msg?.code === undefined || msg.name !== undefined) return event;
    const name = isInPipe(event)
      ? eth.inPipe && nameInEth(msg.code, eth.inPipe)
      : (baseNames[msg.code] ??
        (eth.first && nameInEth(msg.code - baseLength, eth.first)));
    return name === undefined ? event : { ...event, msg: { ...msg, name } };
  };
  return { ...trace, events: trace.events.map(named) };
}

function nameInEth(code: number, version: string): string | undefined {
  return code < (ethLengths[version] ?? 0) ? ethNames[code] : undefined;
}

/** A pipe between two protocols has codes as a protocol has them: from 0. */
function isInPipe({ chan }: TraceEvent): boolean {
  return chan?.name.startsWith('pipe ') === true;
}

/**
 * Whose version names eth's messages. A protocol's task has its name, and those that a
 * connection shares have their codes in the order of their names: eth's begin behind the
 * base protocol's if none comes before it.
 */
function ethOf(events: readonly TraceEvent[]): {
  readonly first?: string;
  readonly inPipe?: string;
} {
  const running = new Set<string>();
  for (const { k } of events) {
    const [, protocol] = /^([a-z]+\/\d+)(?:#\d+)?$/.exec(k) ?? [];
    if (protocol !== undefined) running.add(protocol);
  }
  const [first, ...others] = [...running].sort();
  if (first?.startsWith('eth/') !== true) return {};
  // Two versions of eth in one run are of two connections, and a code may be of either.
  if (others.some((one) => one.startsWith('eth/'))) return { first: 'eth/62' };
  return others.length > 0 ? { first } : { first, inPipe: first };
}
