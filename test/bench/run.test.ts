import { expect, it } from 'vitest';
import { catalogue } from './catalogue.ts';
import { fullPlan, type Plan } from './plan.ts';
import { run } from './run.ts';

const tiny: Plan = {
  ...fullPlan,
  rounds: 1,
  roundTrips: 3,
  floodMs: 5,
  warmMs: 1,
  codecMs: 1,
  sizes: [100],
};

it('measures a few messages of every stack, each figure a positive number', async () => {
  const { rows, failures } = await run({ only: ['messages', 'codec'], plan: tiny });
  expect(failures).toEqual([]);

  const expected = catalogue(tiny).filter(
    ({ suite }) => suite === 'messages' || suite === 'codec',
  );
  expect(rows.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
  let shares = 0;
  for (const { id, suite, figures } of rows) {
    const isShare = id.startsWith('message-share/');
    const columns = isShare
      ? ['ours']
      : suite === 'codec'
        ? ['parts']
        : ['devp2p', 'ours', 'raw', 'transport'];
    expect(Object.keys(figures).toSorted(), id).toEqual(columns);
    for (const { values } of Object.values(figures)) {
      expect(values).toHaveLength(1);
      const [value = NaN] = values;
      if (isShare) shares += value;
      else expect(value > 0 && value < Infinity, id).toBe(true);
    }
  }
  expect(shares).toBeCloseTo(100);
}, 60_000);

it('tells what could not be run, and goes on', async () => {
  const impossible = { ...tiny, sizes: [-1] };
  const { rows, failures } = await run({ only: ['codec'], plan: impossible });
  expect(rows).toEqual([]);
  expect(failures).toEqual([expect.stringMatching(/^codec: .*RangeError/)]);
}, 60_000);
