/** The line of the node's own code that is at work, read off the call stack. */

const frame = /((?:impl|exercises)\/[\w./-]+\.ts):(\d+)/;

/** Folders whose lines are the machinery, not the story. */
const machinery = /^impl\/(?:csp|sim|net|node)\//;

/** `impl/p2p/peer.ts:120`, or undefined if only the machinery is on the stack. */
export function sourceLine(): string | undefined {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 16;
  const lines = new Error().stack?.split('\n') ?? [];
  Error.stackTraceLimit = stackTraceLimit;
  for (const line of lines) {
    const found = frame.exec(line);
    if (found?.[1] !== undefined && !machinery.test(found[1])) {
      return `${found[1]}:${found[2] ?? ''}`;
    }
  }
  return undefined;
}
