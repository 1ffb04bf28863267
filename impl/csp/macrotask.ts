/**
 * Runs a function after sockets and timers have had their turn. Node has a call for
 * it; in a page, a message to ourselves does the same without the 4 ms of a nested
 * `setTimeout`.
 */

const queue: (() => void)[] = []; // BOUNDED by the calls of one turn

function viaMessages(): (run: () => void) => void {
  const { port1, port2 } = new MessageChannel();
  // Assigned: under Node's types a port is an emitter and has no such property.
  Object.assign(port1, { onmessage: () => queue.shift()?.() });
  return (run) => {
    queue.push(run);
    port2.postMessage(undefined);
  };
}

export const macrotask: (run: () => void) => void =
  typeof setImmediate === 'function' ? (run) => setImmediate(run) : viaMessages();
