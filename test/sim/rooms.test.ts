/** What becomes of a peer when one of its channels has other room. */
import { describe, expect, it } from 'vitest';
import { orders, trials, tryRoom, type Trial } from '../../impl/sim/rooms.ts';

function trial(name: string): Trial {
  const found = trials.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no trial ${name}`);
  return found;
}

/** By room, what came of it and in how many orders: `0: stands 1 ×40`. */
async function told(name: string): Promise<string[]> {
  const lines: string[] = [];
  for (const capacity of trial(name).capacities) {
    const { fates } = await tryRoom(trial(name), capacity);
    const each = fates.map(({ fate, orders }) => {
      const n = 'n' in fate ? ` ${fate.n}` : '';
      return `${fate.fate}${n} ×${orders}`;
    });
    lines.push(`${capacity}: ${each.toSorted().join(', ')}`);
  }
  return lines;
}

describe('other room in one channel of a peer', () => {
  it('reads one message ahead of the protocol, and one more for each place', async () => {
    expect(await told('in')).toEqual([
      '0: ahead 1 ×40',
      '1: ahead 2 ×40',
      '16: ahead 17 ×40',
    ]);
  });

  it('holds up a message behind Pings that find no place', async () => {
    expect(await told('pingRecv')).toEqual([
      '0: handed 4000 ×40',
      '1: handed 2000 ×40',
      '16: handed 0 ×40',
    ]);
  });

  it('loses the token where it has no place to lie in', async () => {
    expect(await told('writeStart')).toEqual([
      '0: mute ×40',
      '1: written ×40',
      '2: written ×40',
    ]);
  });

  it('leaves a reporter that waits standing, one for each place too few', async () => {
    expect(await told('writeErr')).toEqual(['0: stands 1 ×40', '1: ends ×40']);
    expect(await told('readErr-waits')).toEqual(['0: stands 1 ×40', '1: ends ×40']);
    expect(await told('protoErr-waits')).toEqual([
      '0: stands 3 ×40',
      '1: stands 2 ×40',
      '2: stands 1 ×40',
      '3: ends ×40',
      '4: ends ×40',
    ]);
  });

  it('loses a report that is tried while run is on its way', async () => {
    expect(await told('protoErr')).toEqual([
      '0: stays ×40',
      '1: ends ×40',
      '2: ends ×40',
    ]);
    const [none, one] = await told('readErr');
    expect(none).toMatch(/^0: ends ×\d+, stays ×\d+$/);
    expect(one).toBe('1: ends ×40');
  });

  it('lets a later cause overtake a request that only lies there', async () => {
    const [none, one] = await told('disc');
    expect(none).toBe('0: heard 3 ×40');
    expect(one).toMatch(/^1: heard 16 ×\d+, heard 3 ×\d+$/);
  });

  it('tries forty orders, and not one of them twice', () => {
    expect(new Set(orders.map((order) => JSON.stringify(order))).size).toBe(40);
  });
});
