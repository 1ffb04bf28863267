/** The provider of a page: `#crypto` under the import condition `browser`. */
export * from './noble.ts';
