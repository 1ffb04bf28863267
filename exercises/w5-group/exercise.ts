import { WaitGroup } from '#impl/csp/wait-group.ts';
import { Unsolved } from '#kit/unsolved.ts';

export interface Dish {
  readonly name: string;
  cook(): Promise<void>;
}

/**
 * Cooks all dishes at the same time.
 *
 * @returns the names of all dishes, the first that was ready first
 */
export async function cookAll(dishes: readonly Dish[]): Promise<string[]> {
  // TODO 1: start a task for each dish; it cooks, and then notes the name of its dish.
  // TODO 2: wait until all tasks are over, and return the names.
  throw new Unsolved('cookAll', { dishes }, { WaitGroup });
}
