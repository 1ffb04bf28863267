import { describe, expect, it } from 'vitest';
import { gates } from '../../.vitepress/weave/gates.ts';
import { implFiles, listFiles, readText } from '../../.vitepress/weave/repo.ts';
import {
  fileProblems,
  layerProblems,
  pageProblems,
  regionProblems,
  roomProblems,
  seamProblems,
  unshownRegions,
} from '../../.vitepress/weave/rules.ts';
import { siteIndex } from '../../.vitepress/weave/site-index.ts';
import { long, longFiles, seamFiles, unshown } from '../../.vitepress/weave/unshown.ts';

const texts = new Map(implFiles().map((file) => [file, readText(file)]));

function applyTo(rule: (file: string, text: string) => string[]): string[] {
  return [...texts].flatMap(([file, text]) => rule(file, text));
}

describe('the files of impl/', () => {
  it('import only from layers above them, without cycles', () => {
    expect(layerProblems(texts)).toEqual([]);
  });

  it('ask the runtime for time, randomness and timers', () => {
    const problems = applyTo((file, text) =>
      file in seamFiles ? [] : seamProblems(file, text),
    );
    expect(problems).toEqual([]);
  });

  it('start tasks with WaitGroup.go; a run of a simulation starts its first one', () => {
    const starters = [...texts].filter(([, text]) => text.includes('.spawn('));
    expect(starters.map(([file]) => file).sort()).toEqual([
      'impl/csp/wait-group.ts',
      'impl/sim/simulate.ts',
      'impl/sim/traced.ts',
    ]);
  });

  it('are short, or carry a reason', () => {
    expect(applyTo((file, text) => fileProblems(file, text, longFiles))).toEqual([]);
  });

  it('have regions that are named once, closed, and fit a page', () => {
    expect(applyTo((file, text) => regionProblems(file, text, long))).toEqual([]);
  });

  it('are excepted from a rule only as long as they need it', () => {
    const stale = [
      ...Object.keys(longFiles).filter(
        (file) => fileProblems(file, texts.get(file) ?? '').length === 0,
      ),
      ...Object.keys(seamFiles).filter(
        (file) => seamProblems(file, texts.get(file) ?? '').length === 0,
      ),
      ...Object.keys(long).filter((key) => {
        const [file = ''] = key.split('#');
        const problems = regionProblems(file, texts.get(file) ?? '');
        return !problems.some((problem) =>
          problem.includes(`"${key.split('#')[1] ?? ''}"`),
        );
      }),
    ];
    expect(stale).toEqual([]);
  });

  it('have no region that no page shows', () => {
    const shown = new Set(
      siteIndex().shown.map((one) => `${one.file}#${one.region ?? ''}`),
    );
    const found = unshownRegions(texts, shown, unshown);
    expect(found.stale, 'reasons that are not needed').toEqual([]);
    if (gates.everyRegionIsShown) expect(found.unshown).toEqual([]);
    else if (found.unshown.length > 0) {
      console.warn(`${found.unshown.length} regions are on no page yet`);
    }
  });
});

describe('the rooms of the kit', () => {
  it('import only from rooms above them, and exercises only from the top', () => {
    // But for the readers' files: the gates of the kit look at the starters.
    const own = ['.ts', '.js']
      .flatMap((ext) => listFiles('exercises', ext))
      .filter((file) => !file.endsWith('/exercise.ts'));
    expect(own.length).toBeGreaterThan(40);
    expect(roomProblems(new Map(own.map((file) => [file, readText(file)])))).toEqual(
      [],
    );
  });
});

describe('the pages', () => {
  it('show regions that exist, and type in no code of their own', () => {
    const sources = new Map(
      ['impl', 'exercises', 'test', '.vitepress']
        .flatMap((folder) => listFiles(folder, '.ts'))
        .map((file) => [file, readText(file)]),
    );
    const problems = siteIndex().pages.flatMap(({ path }) =>
      pageProblems(path, readText(path), sources),
    );
    expect(problems).toEqual([]);
  });
});
