/** Reads a file that somebody wants to see as a trace; it may be anything. */
import { readTrace, TraceFormatError, type Trace } from '../../impl/csp/trace.ts';

/** What `meet` takes, a hundred times. */
const maxBytes = 32 << 20;

export type NoTrace =
  | { readonly why: 'too-large'; readonly mebibytes: number }
  | { readonly why: 'unreadable'; readonly message: string }
  | { readonly why: 'no-trace'; readonly line: number; readonly message: string }
  | { readonly why: 'no-steps' };

/** A trace, or in what way it is none. */
export async function traceOf(file: Blob): Promise<Trace | NoTrace> {
  if (file.size > maxBytes)
    return { why: 'too-large', mebibytes: Math.ceil(file.size / (1 << 20)) };
  let text: string;
  try {
    text = await file.text();
  } catch (error) {
    return { why: 'unreadable', message: String(error) };
  }
  try {
    // A file that was sent by mail may have a mark at its start, and other line ends.
    const plain = text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n');
    const trace = readTrace(plain);
    return trace.events.length === 0 ? { why: 'no-steps' } : trace;
  } catch (error) {
    if (!(error instanceof TraceFormatError)) throw error;
    const message = error.message.replace(/^not a trace: line \d+: /, '').slice(0, 200);
    return { why: 'no-trace', line: error.line, message };
  }
}
