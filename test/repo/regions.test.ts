import { describe, expect, it } from 'vitest';
import {
  listRegion,
  parseRegions,
  type Listing,
} from '../../.vitepress/weave/regions.ts';

function list(text: string, name: string): Listing {
  const region = parseRegions(text).regions.find((one) => one.name === name);
  if (region === undefined) throw new Error(`no region ${name}`);
  return listRegion(text, region);
}

const peer = `class Peer {
  // #region peer-run

  //: Two notes of one line
  //: are one note.
  async run() {
    //= wait for the first cause
    await cause;

    // #region inner
    end(); //: no note, it follows code
    // #endregion inner
    //: The last word.
  }
  // #endregion peer-run
}
`;

describe('parseRegions', () => {
  it('finds regions inside regions, outer first', () => {
    expect(parseRegions(peer)).toEqual({
      regions: [
        { name: 'peer-run', startLine: 2, endLine: 15 },
        { name: 'inner', startLine: 10, endLine: 12 },
      ],
      problems: [],
    });
  });

  it('refuses ends that cross', () => {
    const text = '// #region a\n// #region b\nx\n// #endregion a\n// #endregion b\n';
    expect(parseRegions(text).problems).toContainEqual({
      line: 4,
      text: '#endregion a closes b',
    });
  });
});

describe('listRegion', () => {
  it('keeps the numbers of the file and drops marks and outer blank lines', () => {
    const listing = list(peer, 'peer-run');
    expect(listing.rows.map(({ line }) => line)).toEqual([6, 8, 9, 11, 14]);
    expect([listing.firstLine, listing.lastLine, listing.indent]).toEqual([6, 14, 2]);
  });

  it('lifts a note beside the next line of code', () => {
    const [first, , , , last] = list(peer, 'peer-run').rows;
    expect(first?.notes).toEqual(['Two notes of one line are one note.']);
    expect(last?.notes).toEqual(['The last word.']);
  });

  it('lifts a subgoal above the next line of code', () => {
    const goals = list(peer, 'peer-run').rows.flatMap(({ line, subgoal }) =>
      subgoal === undefined ? [] : [[line, subgoal]],
    );
    expect(goals).toEqual([[8, 'wait for the first cause']]);
  });

  it('gives a note below the last line to that line', () => {
    const text = '// #region a\nx();\n//: After all.\n// #endregion a\n';
    expect(list(text, 'a').rows).toEqual([{ line: 2, notes: ['After all.'] }]);
  });
});
