export function theirs(root: string): { folder: string; starter: string }[];

export function unformatted(root: string): string[];
