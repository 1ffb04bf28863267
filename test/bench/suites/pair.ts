/** A listener and a dialer of one stack, each in its process. */

import { parts, type Profiled } from '../catalogue.ts';
import type { Child, Children } from '../children.ts';
import type { Figures } from '../record.ts';
import type { Address, StackName } from '../stack.ts';

export interface Pair {
  readonly stack: StackName;
  readonly listener: Child;
  readonly dialer: Child;
  readonly address: Address;
}

export async function startPair(
  children: Children,
  stack: StackName,
  maxPeers: number,
): Promise<Pair> {
  const [listener, dialer] = await Promise.all([
    children.startStack(stack, 'listener'),
    children.startStack(stack, 'dialer'),
  ]);
  const address = await listener.call('listen', [maxPeers]);
  return { stack, listener, dialer, address };
}

export async function connectOne({ dialer, address }: Pair): Promise<void> {
  await dialer.call('prepare', [address, 1]);
  await dialer.call('dial', [1]);
}

/** Where the CPU of both goes. Not in the rounds: to be watched costs as well. */
export async function profiled(
  work: Profiled,
  { stack, dialer, listener }: Pair,
  figures: Figures,
  run: () => Promise<void>,
): Promise<void> {
  const sides = [dialer, listener];
  for (const side of sides) await side.call('startProfile', []);
  await run();
  const shares = await Promise.all(
    sides.map((side) => side.call('stopProfile', [work])),
  );
  for (const part of Object.keys(parts[work])) {
    const ofBoth = shares.reduce((sum, share) => sum + (share[part] ?? 0), 0);
    figures.add(`${work}-share/${part}`, stack, (100 * ofBoth) / sides.length);
  }
}

export interface FloodResult {
  readonly perSecond: number;
  readonly senderUs: number;
  readonly receiverUs: number;
}

/** Messages one way for a while; CPU and rate over all of them. */
export async function flood(
  sender: Child,
  receiver: Child,
  load: { readonly size: number; readonly ms: number; readonly link?: number },
): Promise<FloodResult> {
  await receiver.call('arm', []);
  const { size, ms, link = 0 } = load;
  const [sent, got] = await Promise.all([
    sender.call('flood', [link, size, ms]),
    receiver.call('received', []),
  ]);
  if (sent.sent !== got.count) {
    throw new Error(`${sent.sent} messages were sent and ${got.count} came`);
  }
  return {
    perSecond: (1000 * got.count) / (got.endMs - sent.startMs),
    senderUs: sent.cpuUs / sent.sent,
    receiverUs: got.cpuUs / got.count,
  };
}
