/** Arithmetic of RTP sequence numbers, u16, which wrap (RFC 3550 section 5.1, RFC 1982). */

const MODULUS = 2 ** 16;

/** How many packets `later` is after `earlier`; negative when it is before. The shorter distance counts. */
export function sequenceDistance(later: number, earlier: number): number {
  const forward = (((later - earlier) % MODULUS) + MODULUS) % MODULUS;
  return forward < MODULUS / 2 ? forward : forward - MODULUS;
}

export function sequenceAfter(sequenceNumber: number, packets = 1): number {
  return (sequenceNumber + packets) % MODULUS;
}
