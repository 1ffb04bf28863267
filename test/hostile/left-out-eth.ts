/** What the tables of attacks have for eth and the battery has not, each with its reason. */
export const leftOutOfEth: readonly { readonly what: string; readonly why: string }[] =
  [
    {
      what: 'H-92, slices of 10 ms when signatures are recovered',
      why: 'a slice is counted in units (`inSlices`), which `bounded-work.test.ts` asserts',
    },
    {
      what: 'H-94, 5,120 accounts with a future nonce each',
      why: 'without state the lowest nonce of an account is its next, so none of them is future; that a full pool throws nobody out is in `txpool.test.ts`',
    },
    {
      what: 'H-95, transactions that together overspend their account',
      why: 'there are no balances here; what an account may hold at most is H-94 and `txpool.test.ts`',
    },
    {
      what: 'H-80, nodes of a state',
      why: 'there is no state: what a request costs is asserted, and every answer is empty',
    },
    {
      what: 'H-83 by reason 3',
      why: 'a message that is too long is a breach of eth, so its sender hears 16',
    },
    {
      what: 'H-66 in less than 50 ms, and H-87 in less than 20',
      why: 'no test here measures time: that no number is made of the bytes is asserted',
    },
    {
      what: 'blob transactions, receipts of blocks with transactions, block access lists, request ids',
      why: 'eth/62 and eth/63 have none, or nothing is executed',
    },
  ];
