/** The dial tasks of the run loop: which run, and which wait for a place. */

import type { Chan } from '../csp/chan.ts';
import { runtime } from '../csp/runtime.ts';
import type { WaitGroup } from '../csp/wait-group.ts';
import {
  maxActiveDialTasks,
  type DialHost,
  type DialState,
  type DialTask,
} from './dial.ts';
import type { NodeID } from './enode.ts';

// #region dial-queue
/** Starts dial tasks, never more than 16 at once; what does not fit waits. */
export class DialQueue {
  readonly #host: DialHost;
  readonly #dialstate: DialState;
  readonly #taskdone: Chan<DialTask>;
  readonly #wg: WaitGroup;
  readonly #running = new Set<DialTask>(); // BOUNDED by maxActiveDialTasks
  #queued: DialTask[] = []; // BOUNDED by the static nodes

  constructor(
    host: DialHost,
    dialstate: DialState,
    taskdone: Chan<DialTask>,
    wg: WaitGroup,
  ) {
    this.#host = host;
    this.#dialstate = dialstate;
    this.#taskdone = taskdone;
    this.#wg = wg;
  }

  /** @geth p2p/server.go scheduleTasks (a closure of Server.run) */
  schedule(peers: ReadonlyMap<NodeID, unknown>): void {
    const now = runtime().now();
    //: A node may be removed, or get another address, while its dial waits here.
    this.#queued = this.#queued.filter((task) => this.#dialstate.keeps(task));
    const waiting = this.#running.size + this.#queued.length;
    this.#queued.push(...this.#dialstate.newTasks(waiting, peers, now));
    const room = maxActiveDialTasks - this.#running.size;
    for (const task of this.#queued.splice(0, room)) this.#start(task);
  }

  done(task: DialTask): void {
    this.#running.delete(task);
    this.#dialstate.taskDone(task, runtime().now());
  }

  #start(task: DialTask): void {
    this.#running.add(task);
    this.#wg.go(task.name, async () => {
      try {
        await task.run(this.#host);
      } finally {
        this.#taskdone.trySend(task); // there is room: 16 tasks, 16 places
      }
    });
  }
}
// #endregion dial-queue
