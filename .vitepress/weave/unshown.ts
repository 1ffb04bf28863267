/**
 * Exceptions from the rules for regions, each with its reason. Keys are
 * `impl/p2p/peer.ts#peer-run`. A key that is not needed any more fails the test.
 */

/** Regions that no page shows. */
export const unshown: Readonly<Record<string, string>> = {};

/** Regions of more than 60 lines of code. */
export const long: Readonly<Record<string, string>> = {
  'impl/p2p/server.ts#server-run':
    'one loop, one select over all its channels: it is read as a whole',
};

/** Files of impl/ of more than 350 lines. */
export const longFiles: Readonly<Record<string, string>> = {
  'impl/p2p/server.ts':
    "one object with geth's names; checks and dialing live elsewhere",
};

/** Files in the folders of the flow that no task runs through: no page has to show them. */
export const besideTheFlow: Readonly<Record<string, string>> = {
  'impl/csp/trace.ts': 'the format of a trace, for those who record and read one',
  'impl/csp/trace-fields.ts': 'checks a trace that somebody brings',
  'impl/csp/real-timers.ts':
    "makes one timer of the platform's out of all; under a virtual clock none runs",
  'impl/csp/trace-head.ts': 'checks a trace that somebody brings',
  'impl/csp/where.ts': 'the lines of a recorded run; the node that is shipped has none',
};

/** Files that may read the time, draw at random or start a timer. */
export const seamFiles: Readonly<Record<string, string>> = {
  'impl/csp/real.ts': 'the runtime over the real clock',
  'impl/csp/real-timers.ts': 'the timers of that runtime',
  'impl/csp/macrotask.ts': 'the turn after a macrotask, for the real runtime',
  'impl/sim/serial.ts': 'the deterministic runtime; without a seed it draws at random',
  'impl/sim/turns.ts': 'the steps of the deterministic runtime begin on a microtask',
  'impl/node/stop-request.ts': 'the process ends in time even if a task hangs',
};
