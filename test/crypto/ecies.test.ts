import { testEcies } from './ecies-suite.ts';

testEcies();
