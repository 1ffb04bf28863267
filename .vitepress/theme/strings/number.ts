/**
 * A whole number with its thousands set apart, `21,436`. Spelled the same for the server
 * and every reader; and the browser's own formatter takes longer to make than a page to wake.
 */
export function grouped(count: number | bigint): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ',');
}
