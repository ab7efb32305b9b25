/** IP addresses as integers, so that tests compute bounds of ranges differently from the server. */

export interface Bounds {
  first: string;
  last: string;
  /** The addresses right beside the range, where they exist. */
  beside: string[];
}

/** @param address without a dotted tail in IPv6 */
export function ipToNumber(address: string): bigint {
  if (!address.includes(':')) return address.split('.').reduce((sum, part) => (sum << 8n) | BigInt(part), 0n);
  const [head = [], tail] = address.split('::').map((half) => half.split(':').filter(Boolean));
  const right = tail ?? [];
  const groups = [...head, ...Array<string>(8 - head.length - right.length).fill('0'), ...right];
  return groups.reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n);
}

export function ipOfNumber(value: bigint, bits: bigint): string {
  const width = bits === 32n ? 8n : 16n;
  const parts = Array.from({ length: Number(bits / width) }, (_, index) => {
    const part = (value >> (bits - width * BigInt(index + 1))) & ((1n << width) - 1n);
    return part.toString(bits === 32n ? 10 : 16);
  });
  return parts.join(bits === 32n ? '.' : ':');
}

/** @param range like 10.0.0.0/8 */
export function rangeOf(range: string): { first: bigint; last: bigint; bits: bigint; prefix: number } {
  const [address = '', prefix = ''] = range.split('/');
  const bits = address.includes(':') ? 128n : 32n;
  const first = ipToNumber(address);
  return { first, last: first | ((1n << (bits - BigInt(prefix))) - 1n), bits, prefix: Number(prefix) };
}

export function boundsOf(range: string): Bounds {
  const { first, last, bits } = rangeOf(range);
  const beside = [first - 1n, last + 1n].filter((value) => value >= 0n && value < 1n << bits);
  return {
    first: ipOfNumber(first, bits),
    last: ipOfNumber(last, bits),
    beside: beside.map((value) => ipOfNumber(value, bits)),
  };
}
