/** The chain of a node that was given none: empty accounts, an easy block 0. */

import { parseGenesis, type Genesis } from './genesis.ts';

export function developmentGenesis(): Genesis {
  return parseGenesis(
    JSON.stringify({
      config: { chainId: 1337 },
      difficulty: '0x20000',
      gasLimit: '0x47b760',
      extraData: '0x7065657277616c6b', // "peerwalk"
      alloc: {},
    }),
  );
}
