import { describe } from 'vitest';
import { ethereumjs } from './ethereumjs.ts';
import { interopSuite } from './suite.ts';

describe(ethereumjs.name, () => {
  interopSuite(ethereumjs);
});
