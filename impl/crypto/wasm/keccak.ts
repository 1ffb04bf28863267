/**
 * Keccak: the permutation, and the hash built on it.
 *
 * The state is 25 lanes of 64 bits, five rows of five. A hash takes in 17 of them at a
 * time, 136 bytes, and its digest is the first four of them in the end.
 *
 * @see https://keccak.team/keccak_specs_summary.html
 */

/** So many bytes go in between two permutations. */
const rate: u32 = 136;
/** After the lanes stands how many bytes have come since the last permutation. */
const filledAt: usize = 200;
/** A running hash: its lanes and that number. */
export const hashLength: usize = 208;

const roundConstants: usize = memory.data<u64>([
  0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000,
  0x000000000000808b, 0x0000000080000001, 0x8000000080008081, 0x8000000000008009,
  0x000000000000008a, 0x0000000000000088, 0x0000000080008009, 0x000000008000000a,
  0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003,
  0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
  0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
]);

/**
 * Permutes the lanes at `from` and puts them to `to`, which may be the same place.
 *
 * The rows of the state are a, b, c, d, e, and v, w, x, y, z after a round. Everything
 * is a variable of its own, so that it may stay in a register.
 */
function permute(from: usize, to: usize): void {
  let a0 = load<u64>(from, 0);
  let a1 = load<u64>(from, 8);
  let a2 = load<u64>(from, 16);
  let a3 = load<u64>(from, 24);
  let a4 = load<u64>(from, 32);
  let b0 = load<u64>(from, 40);
  let b1 = load<u64>(from, 48);
  let b2 = load<u64>(from, 56);
  let b3 = load<u64>(from, 64);
  let b4 = load<u64>(from, 72);
  let c0 = load<u64>(from, 80);
  let c1 = load<u64>(from, 88);
  let c2 = load<u64>(from, 96);
  let c3 = load<u64>(from, 104);
  let c4 = load<u64>(from, 112);
  let d0 = load<u64>(from, 120);
  let d1 = load<u64>(from, 128);
  let d2 = load<u64>(from, 136);
  let d3 = load<u64>(from, 144);
  let d4 = load<u64>(from, 152);
  let e0 = load<u64>(from, 160);
  let e1 = load<u64>(from, 168);
  let e2 = load<u64>(from, 176);
  let e3 = load<u64>(from, 184);
  let e4 = load<u64>(from, 192);
  for (let round: usize = 0; round < 24; round++) {
    // θ: each lane takes in the parity of two columns beside its own.
    const p0 = a0 ^ b0 ^ c0 ^ d0 ^ e0;
    const p1 = a1 ^ b1 ^ c1 ^ d1 ^ e1;
    const p2 = a2 ^ b2 ^ c2 ^ d2 ^ e2;
    const p3 = a3 ^ b3 ^ c3 ^ d3 ^ e3;
    const p4 = a4 ^ b4 ^ c4 ^ d4 ^ e4;
    const t0 = p4 ^ rotl<u64>(p1, 1);
    const t1 = p0 ^ rotl<u64>(p2, 1);
    const t2 = p1 ^ rotl<u64>(p3, 1);
    const t3 = p2 ^ rotl<u64>(p4, 1);
    const t4 = p3 ^ rotl<u64>(p0, 1);

    // Row by row. ρ and π: five lanes turn, each by a number of its own, and meet in one
    // row. χ: each takes in the next two. ι: the first lane takes in a constant.
    const k0 = a0 ^ t0;
    const k1 = rotl<u64>(b1 ^ t1, 44);
    const k2 = rotl<u64>(c2 ^ t2, 43);
    const k3 = rotl<u64>(d3 ^ t3, 21);
    const k4 = rotl<u64>(e4 ^ t4, 14);
    const v0 = k0 ^ (~k1 & k2) ^ load<u64>(roundConstants + (round << 3));
    const v1 = k1 ^ (~k2 & k3);
    const v2 = k2 ^ (~k3 & k4);
    const v3 = k3 ^ (~k4 & k0);
    const v4 = k4 ^ (~k0 & k1);
    const l0 = rotl<u64>(a3 ^ t3, 28);
    const l1 = rotl<u64>(b4 ^ t4, 20);
    const l2 = rotl<u64>(c0 ^ t0, 3);
    const l3 = rotl<u64>(d1 ^ t1, 45);
    const l4 = rotl<u64>(e2 ^ t2, 61);
    const w0 = l0 ^ (~l1 & l2);
    const w1 = l1 ^ (~l2 & l3);
    const w2 = l2 ^ (~l3 & l4);
    const w3 = l3 ^ (~l4 & l0);
    const w4 = l4 ^ (~l0 & l1);
    const m0 = rotl<u64>(a1 ^ t1, 1);
    const m1 = rotl<u64>(b2 ^ t2, 6);
    const m2 = rotl<u64>(c3 ^ t3, 25);
    const m3 = rotl<u64>(d4 ^ t4, 8);
    const m4 = rotl<u64>(e0 ^ t0, 18);
    const x0 = m0 ^ (~m1 & m2);
    const x1 = m1 ^ (~m2 & m3);
    const x2 = m2 ^ (~m3 & m4);
    const x3 = m3 ^ (~m4 & m0);
    const x4 = m4 ^ (~m0 & m1);
    const n0 = rotl<u64>(a4 ^ t4, 27);
    const n1 = rotl<u64>(b0 ^ t0, 36);
    const n2 = rotl<u64>(c1 ^ t1, 10);
    const n3 = rotl<u64>(d2 ^ t2, 15);
    const n4 = rotl<u64>(e3 ^ t3, 56);
    const y0 = n0 ^ (~n1 & n2);
    const y1 = n1 ^ (~n2 & n3);
    const y2 = n2 ^ (~n3 & n4);
    const y3 = n3 ^ (~n4 & n0);
    const y4 = n4 ^ (~n0 & n1);
    const o0 = rotl<u64>(a2 ^ t2, 62);
    const o1 = rotl<u64>(b3 ^ t3, 55);
    const o2 = rotl<u64>(c4 ^ t4, 39);
    const o3 = rotl<u64>(d0 ^ t0, 41);
    const o4 = rotl<u64>(e1 ^ t1, 2);
    const z0 = o0 ^ (~o1 & o2);
    const z1 = o1 ^ (~o2 & o3);
    const z2 = o2 ^ (~o3 & o4);
    const z3 = o3 ^ (~o4 & o0);
    const z4 = o4 ^ (~o0 & o1);
    a0 = v0;
    a1 = v1;
    a2 = v2;
    a3 = v3;
    a4 = v4;
    b0 = w0;
    b1 = w1;
    b2 = w2;
    b3 = w3;
    b4 = w4;
    c0 = x0;
    c1 = x1;
    c2 = x2;
    c3 = x3;
    c4 = x4;
    d0 = y0;
    d1 = y1;
    d2 = y2;
    d3 = y3;
    d4 = y4;
    e0 = z0;
    e1 = z1;
    e2 = z2;
    e3 = z3;
    e4 = z4;
  }
  store<u64>(to, a0, 0);
  store<u64>(to, a1, 8);
  store<u64>(to, a2, 16);
  store<u64>(to, a3, 24);
  store<u64>(to, a4, 32);
  store<u64>(to, b0, 40);
  store<u64>(to, b1, 48);
  store<u64>(to, b2, 56);
  store<u64>(to, b3, 64);
  store<u64>(to, b4, 72);
  store<u64>(to, c0, 80);
  store<u64>(to, c1, 88);
  store<u64>(to, c2, 96);
  store<u64>(to, c3, 104);
  store<u64>(to, c4, 112);
  store<u64>(to, d0, 120);
  store<u64>(to, d1, 128);
  store<u64>(to, d2, 136);
  store<u64>(to, d3, 144);
  store<u64>(to, d4, 152);
  store<u64>(to, e0, 160);
  store<u64>(to, e1, 168);
  store<u64>(to, e2, 176);
  store<u64>(to, e3, 184);
  store<u64>(to, e4, 192);
}

/** Takes `length` bytes into a row of bytes of the state, from its `at`-th on. */
function mixIn(lanes: usize, at: u32, from: usize, length: u32): void {
  let to = lanes + at;
  const end = from + length;
  for (; from + 8 <= end; from += 8, to += 8) {
    store<u64>(to, load<u64>(to) ^ load<u64>(from));
  }
  for (; from < end; from++, to++) store<u8>(to, load<u8>(to) ^ load<u8>(from));
}

/** A hash of nothing yet. */
export function reset(hash: usize): void {
  memory.fill(hash, 0, hashLength);
}

/** Hashes the next `length` bytes. */
export function update(hash: usize, from: usize, length: u32): void {
  let filled = load<u32>(hash + filledAt);
  while (filled + length >= rate) {
    const taken = rate - filled;
    mixIn(hash, filled, from, taken);
    permute(hash, hash);
    from += taken;
    length -= taken;
    filled = 0;
  }
  mixIn(hash, filled, from, length);
  store<u32>(hash + filledAt, filled + length);
}

const scratch: usize = memory.data(200, 16);

/** Puts the first `length` bytes of the digest to `to`. The hash goes on from where it is. */
export function digest(hash: usize, to: usize, length: usize): void {
  const filled = load<u32>(hash + filledAt);
  // Padding: a one after the last byte, and a one at the end of the row of bytes.
  pad(hash, filled);
  permute(hash, scratch);
  pad(hash, filled); // the same again takes it out
  memory.copy(to, scratch, length);
}

function pad(hash: usize, filled: u32): void {
  store<u8>(hash + filled, load<u8>(hash + filled) ^ 0x01);
  store<u8>(hash + rate - 1, load<u8>(hash + rate - 1) ^ 0x80);
}
