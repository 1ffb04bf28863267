import type { Chan } from '#impl/csp/chan.ts';
import { recv, select } from '#impl/csp/select.ts';

/** The waiter: takes `count` orders from two tables, in the order in which they come. */
export async function takeOrders(
  left: Chan<string>,
  right: Chan<string>,
  count: number,
): Promise<string[]> {
  const orders: string[] = [];
  while (orders.length < count) {
    const event = await select({ left: recv(left), right: recv(right) });
    orders.push(`${event.case}: ${event.value}`);
  }
  return orders;
}
