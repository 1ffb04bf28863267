/** All that our node and a library have to do with each other. */

import { beforeAll, describe } from 'vitest';
import { initCrypto } from '#crypto';
import type { Library } from './library.ts';
import { newsSuite } from './news.ts';
import { reasonSuite } from './reasons.ts';
import { requestSuite } from './requests.ts';
import { syncSuite } from './sync.ts';

export function interopSuite(library: Library): void {
  beforeAll(initCrypto);

  describe('requests and answers', () => {
    requestSuite(library);
  });
  describe('synchronisation', () => {
    syncSuite(library);
  });
  describe('new blocks and transactions', () => {
    newsSuite(library);
  });
  describe('the reason of a disconnect', () => {
    reasonSuite(library);
  });
}
