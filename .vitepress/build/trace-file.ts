/** Where a recorded trace lies. */
import { join } from 'node:path';

export function traceFile(repoDir: string, name: string): string {
  return join(repoDir, 'docs', 'traces', `${name}.jsonl`);
}
