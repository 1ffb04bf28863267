/**
 * What runs in the worker: waits for one order, carries it out, and is then thrown
 * away. The host gives a port at birth; nothing else here can reach the host, so what
 * the reader's code posts or forges goes nowhere.
 */

import { lookAt } from './judge.ts';
import { liveScenario, readOrder, type Answer } from './orders.ts';
import { Registry } from './registry.ts';
import { Session, type Bundle } from './session.ts';

interface Port {
  postMessage(message: Answer): void;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
}

interface Host {
  peerwalkPort?: Port;
  addEventListener(
    type: string,
    listener: (event: { readonly ports: readonly Port[]; stop?: unknown }) => void,
    options: { readonly once: boolean },
  ): void;
}

/** Names that would start another worker, end this one, or reach its starter. */
const disarmed =
  'Worker SharedWorker postMessage close importScripts BroadcastChannel webkitRequestFileSystem'.split(
    ' ',
  );

export function startWorker(bundle: Bundle): void {
  const host = globalThis as unknown as Host; // a worker of a page, or of Node
  const given = host.peerwalkPort;
  delete host.peerwalkPort;
  if (given !== undefined) {
    serve(bundle, given);
    return;
  }
  const take = ({ ports: [port] }: { readonly ports: readonly Port[] }): void => {
    if (port !== undefined) serve(bundle, port);
  };
  host.addEventListener('message', take, { once: true });
}

function serve(bundle: Bundle, port: Port): void {
  const post = port.postMessage.bind(port);
  let taken = false;
  // The listener stays: without one, a thread of Node ends before its report is read.
  port.onmessage = ({ data }) => {
    if (taken) return;
    taken = true;
    disarm();
    // The one task of this worker; it ends with a message whatever happens.
    carryOut(bundle, data, post).catch((error: unknown) => {
      post({ type: 'broken', message: lookAt(error).message });
    });
  };
  warmUp(bundle);
  post({ type: 'ready' });
}

/** Loads what runs will load, and lets it go: the engine has compiled it by then. */
function warmUp(bundle: Bundle): void {
  const registry = new Registry(bundle.factories, bundle.packages);
  for (const { uses } of bundle.exercises) {
    for (const id of uses) registry.require(id);
  }
}

function disarm(): void {
  for (const name of disarmed) {
    for (let at: object | null = globalThis; at !== null;) {
      Reflect.deleteProperty(at, name);
      at = Object.getPrototypeOf(at) as object | null; // an object or the end
    }
  }
}

async function carryOut(
  bundle: Bundle,
  data: unknown,
  post: (answer: Answer) => void,
): Promise<void> {
  const order = readOrder(data);
  const session = new Session(bundle, order.exercise, {
    started: (name) => post({ type: 'started', name }),
    ended: (result) => post({ type: 'ended', result }),
    printed: (line) => post({ type: 'printed', line }),
  });
  if (order.type === 'test') {
    post({ type: 'report', report: await session.test(order.code) });
    return;
  }
  post({
    type: 'live',
    result: await session.live(order.code, order.scenario ?? liveScenario),
  });
}
