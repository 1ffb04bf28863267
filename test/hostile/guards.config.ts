/** The tests of `unit` and `apart` with one guard of `impl/` taken out (`take-out.ts`). */

import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { attackGuards } from './attack-guards.ts';
import { guards } from './fault-table.ts';

const guard = [...guards, ...attackGuards][Number(process.env['PEERWALK_WITHOUT'])];
if (guard === undefined) throw new RangeError('PEERWALK_WITHOUT names no guard');
const edits = [guard, ...(guard.also === undefined ? [] : [guard.also])].map(
  (edit) => ({
    ...edit,
    path: fileURLToPath(new URL(`../../${edit.file}`, import.meta.url)),
  }),
);

export default defineConfig({
  plugins: [
    {
      name: 'take-out',
      enforce: 'pre',
      transform(code, id) {
        const edit = edits.find(({ path }) => path === id.split('?')[0]);
        if (edit === undefined) return undefined;
        const parts = code.split(edit.take);
        if (parts.length !== 2) throw new Error(`${edit.take} stands elsewhere`);
        return { code: parts.join(edit.put), map: null };
      },
    },
  ],
  test: {
    include: [guard.test.file],
    testNamePattern: guard.test.title.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'),
    testTimeout: 30_000,
    bail: 1,
  },
});
