/** Bits per second as text, with two significant digits, so that the text of a steady line is steady. */

/** @returns “300 kbit/s”, “1.2 Mbit/s” */
export function bitrateText(bps: number): string {
  if (bps >= 999_500) return `${(bps / 1_000_000).toFixed(1)} Mbit/s`;
  const kbps = bps / 1000;
  return `${kbps < 100 ? Math.round(kbps) : Math.round(kbps / 10) * 10} kbit/s`;
}
