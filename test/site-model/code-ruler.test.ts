/** The code-space ruler, and the figures that chapter 4 says about the cut. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  firstDifference,
  offered,
  ownerIn,
  tableOf,
  textOf,
  type Spec,
} from '../../.vitepress/theme/components/code-ruler.ts';
import { fromHex, toHex } from '../../impl/bytes.ts';
import { compareCaps, matchProtocols } from '../../impl/p2p/proto-rw.ts';
import { encodeHello } from '../../impl/p2p/rlpx/hello.ts';
import { scenarios } from '../../impl/sim/scenarios.ts';
import { repoDir } from '../site/build.ts';

const page = readFileSync(
  join(repoDir, 'docs', 'guide', '04-match-protocols.md'),
  'utf8',
);

const specs = (text: string): Spec[] =>
  offered.filter((spec) => text.split(' ').includes(textOf(spec)));

/** As the table of a page has it. */
const rows = (a: string, b: string): string[] =>
  tableOf(specs(a), specs(b)).map(
    ({ protocol, first, last }) => `${protocol} ${first}–${last}`,
  );

describe('tableOf', () => {
  it('gives what the predictions of the chapter say', () => {
    const both = 'eth/62 eth/63 note/1';
    expect(rows(both, both)).toEqual(['eth/63 16–32', 'note/1 33–36']);
    expect(rows('chat/1 eth/62 eth/63', 'chat/1 eth/63')).toEqual([
      'chat/1 16–19',
      'eth/63 20–36',
    ]);
    expect(rows('eth/62', 'eth/63')).toEqual([]);
  });

  it('comes out the same on both sides, whatever they say', () => {
    const all = offered.map(textOf);
    const some = (bits: number): string =>
      all.filter((_, index) => ((bits >> index) & 1) === 1).join(' ');
    for (let a = 0; a < 2 ** all.length; a++) {
      for (let b = 0; b < 2 ** all.length; b++) {
        expect(rows(some(a), some(b))).toEqual(rows(some(b), some(a)));
      }
    }
  });
});

describe('firstDifference', () => {
  it('is there when one side counts five codes for chat, and says whose a code is', () => {
    const own = specs('chat/1 eth/63');
    const swollen = own.map((spec) =>
      spec.name === 'chat' ? { ...spec, length: 5 } : spec,
    );
    const [a, b] = [tableOf(own, swollen), tableOf(swollen, own)];
    expect(firstDifference(a, b)).toBe(20);
    expect(ownerIn(a, 20)).toEqual({ protocol: 'eth/63', message: 0 });
    expect(ownerIn(b, 20)).toEqual({ protocol: 'chat/1', message: 4 });
    // As the prediction has it: where B writes its Status, A reads another message.
    expect(ownerIn(b, 21)).toEqual({ protocol: 'eth/63', message: 0 });
    expect(ownerIn(a, 21)).toEqual({ protocol: 'eth/63', message: 1 });
    expect(firstDifference(a, a)).toBeUndefined();
  });

  it('says undefined for a code of nobody', () => {
    expect(ownerIn(tableOf(specs('eth/62'), specs('eth/62')), 24)).toBeUndefined();
  });
});

describe('chapter 4', () => {
  it('answers what it asks about the ruler', () => {
    const [, a = '', b = ''] = /<CodeRuler a="([^"]*)" b="([^"]*)"/.exec(page) ?? [];
    expect(rows(a, b)).toEqual(['eth/63 16–32', 'note/1 33–36']);
    expect(rows(`chat/2 ${a}`, b)).toEqual(rows(a, b));
    expect(rows(a, `chat/2 ${b}`)).toEqual(rows(a, b));
    expect(rows(`chat/2 ${a}`, `chat/2 ${b}`)).toEqual([
      'chat/2 16–21',
      'eth/63 22–38',
      'note/1 39–42',
    ]);
    const older = ['eth/62 16–23', 'note/1 24–27'];
    expect(rows(a.replace('eth/63 ', ''), b)).toEqual(older);
    expect(rows(a, b.replace('eth/63 ', ''))).toEqual(older);
  });

  it('tells the lengths that the ruler has', () => {
    for (const spec of offered) {
      expect(page).toContain(`| ${textOf(spec)} | ${spec.length} |`);
    }
  });

  it('tells one pass over the list as it runs', () => {
    const own = specs('eth/62 eth/63 note/1').map((spec) => ({
      ...spec,
      run: () => Promise.resolve(),
    }));
    const sorted = own.toSorted(compareCaps);
    let before = 16;
    for (const [index, cap] of sorted.entries()) {
      const matches = matchProtocols(own, sorted.slice(0, index + 1));
      const begins = matches.get(cap.name)?.offset ?? NaN;
      const row = [textOf(cap), before - begins, begins, begins + cap.length];
      expect(page).toContain(`| ${row.join(' | ')} |`);
      before = begins + cap.length;
    }
  });

  it('shows the bytes that the scripted remote sends', () => {
    const { B } = scenarios['codes-chat-before-eth'].nodes;
    const caps = (B?.kind === 'script' ? (B.caps ?? []) : []).map((text) => {
      const [name = '', version] = text.split('/');
      return { name, version: Number(version) };
    });
    const hello = encodeHello({
      ...{ version: 5, name: 'x', caps, listenPort: 0 },
      id: new Uint8Array(64).fill(1),
    });
    const shown =
      /`(cd (?:[0-9a-f]{2} ?)+)`/.exec(page)?.[1]?.replaceAll(' ', '') ?? '';
    expect(fromHex(shown).length).toBe(14);
    expect(toHex(hello)).toContain(shown);
  });

  it('is right about dictionaries: German and Swedish disagree, bytes do not', () => {
    const sorted = (locale: string): string[] =>
      ['z', 'ä', 'a'].sort(new Intl.Collator(locale).compare);
    expect(sorted('de')).toEqual(['a', 'ä', 'z']);
    expect(sorted('sv')).toEqual(['a', 'z', 'ä']);
    expect(compareCaps({ name: 'Zed', version: 1 }, { name: 'eth', version: 1 })).toBe(
      Math.sign('Z'.charCodeAt(0) - 'e'.charCodeAt(0)),
    );
  });
});
