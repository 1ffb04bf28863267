/** Where there is no `setImmediate`, as in a page, a message to ourselves takes its place. */

import { afterEach, expect, it, vi } from 'vitest';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

it.each(['setImmediate', 'messages'])(
  'with %s, runs each once, in order',
  async (by) => {
    const ports: { close(): void }[] = [];
    if (by === 'messages') {
      vi.stubGlobal('setImmediate', undefined);
      const Channel = MessageChannel;
      vi.stubGlobal(
        'MessageChannel',
        class extends Channel {
          constructor() {
            super();
            ports.push(this.port1, this.port2);
          }
        },
      );
    }
    const { macrotask } = await import('../../impl/csp/macrotask.ts');
    const seen: string[] = [];
    const run = (name: string): Promise<void> =>
      new Promise((done) => {
        macrotask(() => {
          seen.push(name);
          done();
        });
      });
    const all = [run('a'), run('b'), run('c')];
    await Promise.resolve();
    expect(seen, 'not within the turn').toEqual([]);
    await Promise.all(all);
    expect(seen).toEqual(['a', 'b', 'c']);
    expect(ports).toHaveLength(by === 'messages' ? 2 : 0);
    for (const port of ports) port.close();
  },
);
