/** What came of each trial of `rooms.ts`: run when the site is built. */
import { tryRoom, trials, type Found, type Trial } from '../../impl/sim/rooms.ts';

export interface TrialRuns extends Pick<Trial, 'name' | 'room' | 'reports'> {
  readonly found: readonly Found[];
}

export async function findRooms(): Promise<readonly TrialRuns[]> {
  const runs: TrialRuns[] = [];
  for (const trial of trials) {
    const { name, room, reports } = trial;
    const found: Found[] = [];
    for (const capacity of trial.capacities) found.push(await tryRoom(trial, capacity));
    runs.push({ name, room, reports, found });
  }
  return runs;
}
