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

/**
 * The rooms of `exercises/kit/`, in the same order. The top of the kit itself, '', is
 * what an exercise may import.
 */
export const rooms: readonly string[] = [
  'words',
  '',
  'formats',
  'types',
  'catalog',
  'trace',
  'run',
  'script',
  'page',
  'terminal',
  'vitest',
];
