/**
 * The first module of the script: packages look when they are loaded for what is newer,
 * and would miss it when it is taken away later.
 */

import { takeNewerAway } from './newer.ts';

takeNewerAway();
