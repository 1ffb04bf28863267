import { findTokenMoments } from '../data/token.ts';
import type { TokenData } from './components/token-bench.ts';

declare const data: TokenData;
export { data };

export default {
  watch: ['../../impl/sim/*.ts', '../../impl/p2p/*.ts'],
  load(): Promise<TokenData> {
    return findTokenMoments();
  },
};
