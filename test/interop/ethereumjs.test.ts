/** Our node and nodes of other people's libraries, on loopback TCP. */

import { beforeAll, describe } from 'vitest';
import { initCrypto } from '#crypto';
import { ethereumjs } from './ethereumjs.ts';
import { newsSuite } from './news.ts';
import { reasonSuite } from './reasons.ts';
import { requestSuite } from './requests.ts';
import { syncSuite } from './sync.ts';

beforeAll(initCrypto);

describe.each([ethereumjs])('$name', (library) => {
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
});
