/** The RTP clock of all video: 90 kHz, running with the server's clock (RFC 3550 section 5.1, RFC 7741 section 4.1). */

/** @returns the u32 RTP timestamp of a moment on the server's clock, in µs since the Unix epoch */
export function timestamp90kAt(us: number): number {
  return Math.floor(us * 0.09) % 2 ** 32;
}
