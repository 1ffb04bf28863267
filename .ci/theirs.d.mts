export function theirs(root: string): { folder: string; starter: string }[];
