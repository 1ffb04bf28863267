/**
 * AES-256 on single blocks, by the usual tables: what the three steps of a round do to one
 * byte is looked up, as a column of four bytes.
 *
 * The time of a look-up depends on what the cache holds, and so on the key, a little. A
 * remote sees frames, not blocks; do not use this where others share the processor.
 */

/** The S-box, 256 bytes. */
const sbox: usize = memory.data(256, 16);
/** Four tables of 256 columns: for a byte in row 0, 1, 2, 3 of its column. */
const columns: usize = memory.data(4 * 1024, 16);

/** Rounds of AES with a key of 32 bytes. */
const rounds: usize = 14;
/** An expanded key: 16 bytes a round, and 16 before the first. */
const scheduleLength: usize = 16 * (rounds + 1);

/** Times x in GF(2^8), the field of AES: what overflows comes back as 0x1b. */
function double(value: u32): u32 {
  return ((value << 1) ^ ((value >> 7) * 0x1b)) & 0xff;
}

/** Fills both tables. Runs when the module is loaded. */
function makeTables(): void {
  // p walks over all numbers but 0 as powers of 3, and q over their inverses.
  let p: u32 = 1;
  let q: u32 = 1;
  do {
    p ^= double(p);
    q ^= q << 1;
    q ^= q << 2;
    q ^= q << 4;
    q &= 0xff;
    if ((q & 0x80) != 0) q ^= 0x09;
    const turned = q ^ rotl<u8>(<u8>q, 1) ^ rotl<u8>(<u8>q, 2) ^ rotl<u8>(<u8>q, 3);
    store<u8>(sbox + p, <u8>(turned ^ rotl<u8>(<u8>q, 4) ^ 0x63));
  } while (p != 1);
  store<u8>(sbox, 0x63);

  for (let byte: usize = 0; byte < 256; byte++) {
    const s: u32 = load<u8>(sbox + byte);
    const two = double(s);
    // How the byte of row 0 weighs in the rows of its column: 2, 1, 1, 3.
    const column = two | (s << 8) | (s << 16) | ((two ^ s) << 24);
    for (let row: usize = 0; row < 4; row++) {
      store<u32>(columns + (row << 10) + (byte << 2), rotl<u32>(column, <u32>row * 8));
    }
  }
}

makeTables();

/** The S-box on each byte of a column. */
function substitute(column: u32): u32 {
  return (
    load<u8>(sbox + (column & 0xff)) |
    ((<u32>load<u8>(sbox + ((column >> 8) & 0xff))) << 8) |
    ((<u32>load<u8>(sbox + ((column >> 16) & 0xff))) << 16) |
    ((<u32>load<u8>(sbox + (column >> 24))) << 24)
  );
}

/** Expands the 32 bytes at `key` into a schedule. */
export function expandKey(key: usize, schedule: usize): void {
  memory.copy(schedule, key, 32);
  let constant: u32 = 1;
  for (let at: usize = 32; at < scheduleLength; at += 4) {
    let column = load<u32>(schedule + at - 4);
    if (at % 32 == 0) {
      column = substitute(rotr<u32>(column, 8)) ^ constant;
      constant = double(constant);
    } else if (at % 32 == 16) {
      column = substitute(column);
    }
    store<u32>(schedule + at, column ^ load<u32>(schedule + at - 32));
  }
}

/** One column of a round: one byte from each of four columns, in the order of ShiftRows. */
function mix(a: u32, b: u32, c: u32, d: u32): u32 {
  return (
    load<u32>(columns + ((a & 0xff) << 2)) ^
    load<u32>(columns + (((b >> 8) & 0xff) << 2), 1024) ^
    load<u32>(columns + (((c >> 16) & 0xff) << 2), 2048) ^
    load<u32>(columns + ((d >> 24) << 2), 3072)
  );
}

/** The same of the last round, which does not mix. */
function last(a: u32, b: u32, c: u32, d: u32): u32 {
  return substitute((a & 0xff) | (b & 0xff00) | (c & 0xff_0000) | (d & 0xff00_0000));
}

/** Encrypts the block of two words, low bytes first, and puts it at `to`. */
export function encryptBlock(schedule: usize, low: u64, high: u64, to: usize): void {
  let a = (<u32>low) ^ load<u32>(schedule);
  let b = (<u32>(low >> 32)) ^ load<u32>(schedule, 4);
  let c = (<u32>high) ^ load<u32>(schedule, 8);
  let d = (<u32>(high >> 32)) ^ load<u32>(schedule, 12);
  let key = schedule + 16;
  for (let round: usize = 1; round < rounds; round++) {
    const w = mix(a, b, c, d) ^ load<u32>(key);
    const x = mix(b, c, d, a) ^ load<u32>(key, 4);
    const y = mix(c, d, a, b) ^ load<u32>(key, 8);
    const z = mix(d, a, b, c) ^ load<u32>(key, 12);
    a = w;
    b = x;
    c = y;
    d = z;
    key += 16;
  }
  store<u32>(to, last(a, b, c, d) ^ load<u32>(key));
  store<u32>(to, last(b, c, d, a) ^ load<u32>(key, 4), 4);
  store<u32>(to, last(c, d, a, b) ^ load<u32>(key, 8), 8);
  store<u32>(to, last(d, a, b, c) ^ load<u32>(key, 12), 12);
}
