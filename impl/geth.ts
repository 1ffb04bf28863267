/**
 * The one version of go-ethereum that this code follows. `@geth file symbol` in a
 * docstring means that file at this tag.
 */
export const gethTag = 'v1.8.12';

export const gethCommit = '37685930d953bcbe023f9bc65b135a8d8b8f1488';

/** A permalink into geth's source, for example `url('p2p/server.go', 704)`. */
export function url(file: string, line?: number): string {
  const page = `https://github.com/ethereum/go-ethereum/blob/${gethCommit}/${file}`;
  return line === undefined ? page : `${page}#L${line}`;
}
