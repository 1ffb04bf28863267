import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { createPreloads } from '../../.vitepress/build/preloads.ts';
import { textFirst } from '../../.vitepress/build/text-first.ts';

const page = `<html><head>
    <script type="module" src="/a/meta.js"></script>
    <script type="module" src="/a/app.js"></script>
    <link rel="modulepreload" href="/a/vue.js">
  </head><body>text</body></html>`;

interface Added {
  readonly src?: string;
  readonly href?: string;
  readonly async?: boolean;
}

interface Loaded {
  readonly added: Added[];
  readonly paint: () => void;
  readonly timers: () => void;
}

/** Runs what the page holds for its scripts, in a page that paints when it is told to. */
function load(hidden: boolean, tellsOfPaint = true): Loaded {
  const added: Added[] = [];
  const timers: (() => void)[] = [];
  let painted: (() => void) | undefined;
  const code = /<script>([\s\S]*)<\/script>/.exec(textFirst(page))?.[1] ?? '';
  const observer = class {
    constructor(run: () => void) {
      painted = run;
    }
    observe(): void {}
  };
  const globals = {
    document: {
      hidden,
      createElement: () => ({}),
      head: { append: (element: Added) => added.push(element) },
    },
    ...(tellsOfPaint && { PerformanceObserver: observer }),
    addEventListener: (_name: string, run: () => void) => {
      run();
    },
    setTimeout: (run: () => void) => timers.push(run),
  };
  try {
    runInNewContext(code, globals);
  } catch (error) {
    if (tellsOfPaint) throw error;
  }
  return {
    added,
    paint: () => painted?.(),
    timers: () => {
      for (const run of timers.splice(0)) run();
    },
  };
}

describe('textFirst', () => {
  it('leaves no script in the page that would load before its first paint', () => {
    const html = textFirst(page);
    expect(html).not.toMatch(/<script[^>]*src=|<link/);
    expect(html).toContain('text');
  });

  it('asks for the scripts, in their order, when the page is painted, once', () => {
    const { added, paint, timers } = load(false);
    expect(added).toEqual([]);
    paint();
    paint();
    timers();
    expect(added.map(({ src, href }) => src ?? href)).toEqual([
      '/a/meta.js',
      '/a/app.js',
      '/a/vue.js',
    ]);
    expect(added.slice(0, 2).map(({ async }) => async)).toEqual([false, false]);
  });

  it('does not wait in a tab that paints nothing, nor where no paint is told of', () => {
    expect(load(true).added).toHaveLength(3);
    const { added, timers } = load(false);
    timers();
    expect(added).toHaveLength(3);
    const old = load(false, false); // of a browser that has no such observer
    old.timers();
    expect(old.added).toHaveLength(3);
  });
});

describe('preloads', () => {
  it('stand behind the script, not in it, where it is the last of the page', () => {
    const preloads = createPreloads('/');
    const { generateBundle } = preloads.plugin;
    if (typeof generateBundle !== 'function') throw new Error('no generateBundle');
    const bundle = { a: { type: 'chunk', fileName: 'app.js', imports: ['vue.js'] } };
    Reflect.apply(generateBundle, { environment: { name: 'client' } }, [{}, bundle]);
    expect(preloads.complete('<script type="module" src="/app.js"></script>')).toMatch(
      /<\/script>\s*<link rel="modulepreload" href="\/vue.js">$/,
    );
  });
});
