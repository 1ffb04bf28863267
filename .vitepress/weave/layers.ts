/** The order of `impl/`: a folder imports only from what stands above it, or itself. */
export const layers: readonly string[] = [
  'bytes.ts',
  'geth.ts',
  'csp',
  'rlp',
  'crypto',
  'net',
  'p2p',
  'core',
  'eth',
  'sim',
  'node',
];
