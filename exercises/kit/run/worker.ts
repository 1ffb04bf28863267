/**
 * What runs in the worker: waits for one order, carries it out, and is then thrown
 * away. The host gives a port at birth; nothing else here can reach the host, so what
 * the reader's code posts or forges goes nowhere.
 */

import './old-engine.ts'; // before all others
import { takeHostAway } from './host-names.ts';
import { lookAt } from './judge.ts';
import { readOrder, type Answer } from '../formats/orders.ts';
import type { RunReport } from '../formats/schema-report.ts';
import { rehearse } from './rehearse.ts';
import {
  prepare,
  Session,
  type Bundle,
  type Prepared,
  type Watcher,
} from './session.ts';
import { Waits, withPlaces } from './waits.ts';

interface Port {
  postMessage(message: Answer): void;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
}

interface Host {
  peerwalkPort?: Port;
  /** An order waits already. */
  peerwalkCold?: boolean;
  addEventListener(
    type: string,
    listener: (event: { readonly ports: readonly Port[]; stop?: unknown }) => void,
    options: { readonly once: boolean },
  ): void;
}

export function startWorker(bundle: Bundle): void {
  const host = globalThis as unknown as Host; // a worker of a page, or of Node
  const { peerwalkPort: given, peerwalkCold: cold = false } = host;
  delete host.peerwalkPort;
  delete host.peerwalkCold;
  if (given !== undefined) {
    serve(bundle, given, cold);
    return;
  }
  const take = ({ ports: [port] }: { readonly ports: readonly Port[] }): void => {
    if (port !== undefined) serve(bundle, port, false);
  };
  host.addEventListener('message', take, { once: true });
}

function serve(bundle: Bundle, port: Port, cold: boolean): void {
  const post = port.postMessage.bind(port);
  let taken = false;
  const prepared = prepare();
  // The listener stays: without one, a thread of Node ends before its report is read.
  port.onmessage = ({ data }) => {
    if (taken) return;
    taken = true;
    takeHostAway();
    // The one task of this worker; it ends with a message whatever happens.
    carryOut(bundle, data, post, prepared).catch((error: unknown) => {
      post({ type: 'broken', message: lookAt(error).message });
    });
  };
  if (!cold) rehearse(bundle);
  post({ type: 'ready' });
}

const silent: Watcher = {
  planned: () => undefined,
  started: () => undefined,
  ended: () => undefined,
  printed: () => undefined,
};

async function carryOut(
  bundle: Bundle,
  data: unknown,
  post: (answer: Answer) => void,
  prepared: Prepared,
): Promise<void> {
  const order = readOrder(data);
  const watcher: Watcher = {
    planned: (tests) => post({ type: 'planned', tests }),
    started: (name) => post({ type: 'started', name }),
    ended: (result) => post({ type: 'ended', result }),
    printed: (line) => post({ type: 'printed', line }),
  };
  const session = new Session(bundle, order.exercise, watcher, prepared);
  if (order.type === 'test') {
    const report = await session.test(order.code, order.alone);
    const again = (): Promise<RunReport> =>
      new Session(bundle, order.exercise, silent, prepared, new Waits()).test(
        order.code,
        order.alone,
      );
    post({ type: 'report', report: await withPlaces(report, again) });
    return;
  }
  if (order.type === 'see') {
    const result = await session.see(order.code, order.test);
    post({ type: 'seen', result });
    return;
  }
  post({
    type: 'live',
    result: await session.live(order.code, order.scenario),
  });
}
