import { findPeerPicture, type PeerPicture } from '../data/peer-picture.ts';

declare const data: PeerPicture;
export { data };

export default {
  watch: ['../../impl/p2p/*.ts', '../../impl/csp/*.ts', '../../impl/sim/*.ts'],
  load(): Promise<PeerPicture> {
    return findPeerPicture();
  },
};
