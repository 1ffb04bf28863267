import type { Chan } from '#impl/csp/chan.ts';

/** The cashier: adds up amounts until a 0 comes, and hands the sum over. */
export async function addUp(amounts: Chan<number>, bill: Chan<number>): Promise<void> {
  let sum = 0;
  for (;;) {
    const amount = await amounts.recv();
    if (amount === 0) break;
    sum += amount;
  }
  await bill.send(sum);
}
