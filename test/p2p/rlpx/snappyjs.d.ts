/** The package has no types. It is here to be compared with. */
declare module 'snappyjs' {
  export function compress(data: Uint8Array): Uint8Array;
  export function uncompress(block: Uint8Array): Uint8Array;
}
