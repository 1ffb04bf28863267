import { WaitGroup } from '#impl/csp/wait-group.ts';

export interface Dish {
  readonly name: string;
  cook(): Promise<void>;
}

/** Cooks all dishes at the same time; gives their names, the first that was ready first. */
export async function cookAll(dishes: readonly Dish[]): Promise<string[]> {
  const group = new WaitGroup();
  const ready: string[] = [];
  for (const dish of dishes) {
    group.go(dish.name, async () => {
      await dish.cook();
      ready.push(dish.name);
    });
  }
  await group.wait();
  return ready;
}
