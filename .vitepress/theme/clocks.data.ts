import { benchCases, type BenchData } from './components/clock-bench.ts';
import { findClocks } from '../data/clocks.ts';
import * as base from '../../impl/p2p/base-protocol.ts';
import { handshakeTimeoutMs } from '../../impl/eth/peer.ts';

declare const data: BenchData;
export { data };

export default {
  watch: ['../../impl/sim/*.ts', '../../impl/p2p/*.ts', '../../impl/eth/*.ts'],
  async load(): Promise<BenchData> {
    const found = await findClocks();
    return {
      limits: {
        handshake: base.handshakeTimeoutMs,
        status: handshakeTimeoutMs,
        read: base.frameReadTimeoutMs,
        write: base.frameWriteTimeoutMs,
        ping: base.pingIntervalMs,
        farewell: base.discWriteTimeoutMs,
      },
      runs: found.filter(({ name }) => benchCases.some((one) => one === name)),
    };
  },
};
