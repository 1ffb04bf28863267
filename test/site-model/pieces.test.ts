import { describe, expect, it } from 'vitest';
import { createPieces } from '../../.vitepress/theme/waking.ts';
import { grouped } from '../../.vitepress/theme/strings/number.ts';

interface Page {
  readonly add: (wake: () => void) => () => void;
  /** Names of the pieces that are awake. */
  readonly woken: string[];
  /** A piece that takes so long to wake. */
  readonly piece: (name: string, ms: number) => () => void;
  /** Runs the next task; gives what woke in it. */
  readonly task: () => string[];
  readonly act: (() => void) | undefined;
}

function openPage(): Page {
  const woken: string[] = [];
  const tasks: (() => void)[] = [];
  let now = 0;
  let act: (() => void) | undefined;
  const add = createPieces({
    post: (run) => tasks.push(run),
    now: () => now,
    onAct(run) {
      act = run;
      return () => (act = undefined);
    },
  });
  return {
    add,
    woken,
    piece: (name, ms) => () => {
      now += ms;
      woken.push(name);
    },
    task() {
      const before = woken.length;
      tasks.shift()?.();
      return woken.slice(before);
    },
    get act() {
      return act;
    },
  };
}

describe('pieces', () => {
  it('wake in their order, small ones together and a large one in a task of its own', () => {
    const page = openPage();
    for (const [name, ms] of [
      ['a', 1],
      ['b', 1],
      ['c', 9],
      ['d', 9],
    ] as const) {
      page.add(page.piece(name, ms));
    }
    expect(page.woken).toEqual([]); // not in the task that adds them
    expect(page.task()).toEqual(['a', 'b', 'c']);
    expect(page.task()).toEqual(['d']);
    expect(page.task()).toEqual([]);
  });

  it('wake all at once, and what is in them, for a reader who acts', () => {
    const page = openPage();
    page.add(() => {
      page.piece('outer', 9)();
      page.add(page.piece('inner', 9));
    });
    page.add(page.piece('next', 9));
    page.act?.();
    expect(page.woken).toEqual(['outer', 'next', 'inner']);
    page.task();
    expect(page.act).toBeUndefined(); // nobody listens when all are awake
    page.add(page.piece('of another page', 9));
    expect(page.task()).toEqual(['of another page']);
  });

  it('wake though one before them fails, and not when it was taken out', () => {
    const page = openPage();
    page.add(() => {
      throw new Error('a part is broken');
    });
    page.add(page.piece('gone', 1))();
    page.add(page.piece('next', 1));
    expect(() => page.task()).toThrow('a part is broken');
    expect(page.task()).toEqual(['next']);
  });
});

describe('grouped', () => {
  it('sets thousands apart as the formatter of a browser does', () => {
    const english = new Intl.NumberFormat('en');
    for (const count of [0, 7, 999, 1000, 21_436, 100_000, 1_234_567]) {
      expect(grouped(count)).toBe(english.format(count));
    }
    expect(grouped(2n ** 64n)).toBe(english.format(2n ** 64n));
  });
});
