/** In which order the search shows what it has found. */

export interface Found {
  readonly id: string;
  /** A whole page, not a section of one. */
  readonly isPage: boolean;
  readonly title: string;
  /** The titles above it. */
  readonly trail: string;
}

/** Pages whose title is meant, then sections whose title is, then all else as it came. */
export function ranked(query: string, found: readonly Found[]): Found[] {
  const wanted = words(query);
  const rankOf = ({ isPage, title }: Found): number => {
    const own = words(title);
    const isMeant = wanted.every((word) => own.some((one) => one.startsWith(word)));
    return isMeant ? (isPage ? 0 : 1) : 2;
  };
  return [...found].sort((a, b) => rankOf(a) - rankOf(b)); // the rest stays as it was
}

function words(text: string): string[] {
  return text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
}
