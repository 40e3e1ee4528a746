/** Spreads 32 bits evenly: the finaliser of MurmurHash3 (Appleby, 2011). Nothing that uses it needs to be hard to invert. */
export function mix(word: number): number {
  let bits = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
