/**
 * The worker's script comes in pieces: a base that all exercises share, and for each
 * exercise what is its own, its tests and the data beside them. The base is a function of
 * the list of these. So what a page loads does not grow with the number of exercises.
 */

/** One classic script of a base and what some exercises have. */
export function joinPieces(base: string, own: readonly string[]): string {
  return `${base}([${own.join(',\n')}])`;
}
