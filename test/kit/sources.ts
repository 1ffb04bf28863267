import { join } from 'node:path';
import type { Sources } from '../../exercises/kit/catalog/sources.ts';

const root = join(import.meta.dirname, '../..');

/** The samples that the kit is tried on. */
export const fixtures: Sources = { root, exercises: 'test/kit/fixtures/exercises' };

/** The course itself. */
export const course: Sources = { root, exercises: 'exercises' };
