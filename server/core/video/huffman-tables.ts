/**
 * The standard Huffman tables, implied by a JPEG without tables (ITU-T T.81, annex K.3): motion JPEG omits them, and so do
 * cameras based on it. Browsers supply them; Apple's decoder and others do not.
 */

const DC_VALUES = range(0, 11);
/** Sixteen counts of codes by their length, 1 … 16 bits; then the values in that order. */
const TABLES: readonly { id: number; counts: string; values: string }[] = [
  { id: 0x00, counts: '00010501010101010100000000000000', values: DC_VALUES },
  {
    id: 0x10,
    counts: '0002010303020403050504040000017d',
    values:
      '01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282090a161718191a25262728292a34353637' +
      '38393a434445464748494a535455565758595a636465666768696a737475767778797a838485868788898a92939495969798999aa2a3' +
      'a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8f9fa',
  },
  { id: 0x01, counts: '00030101010101010101010000000000', values: DC_VALUES },
  {
    id: 0x11,
    counts: '00020102040403040705040400010277',
    values:
      '000102031104052131061241510761711322328108144291a1b1c109233352f0156272d10a162434e125f11718191a262728292a353637' +
      '38393a434445464748494a535455565758595a636465666768696a737475767778797a82838485868788898a92939495969798999aa2' +
      'a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae2e3e4e5e6e7e8e9eaf2f3f4f5f6f7f8f9fa',
  },
];

/** One DHT segment with all four, to stand behind SOI: tables that follow replace them. */
export const STANDARD_HUFFMAN_TABLES: Uint8Array = segment();

function segment(): Uint8Array {
  const payload = TABLES.map(({ id, counts, values }) => hex(id) + counts + values).join('');
  return Uint8Array.from(Buffer.from(`ffc4${hex(2 + payload.length / 2, 4)}${payload}`, 'hex'));
}

function range(from: number, to: number): string {
  return Array.from({ length: to - from + 1 }, (_, index) => hex(from + index)).join('');
}

function hex(value: number, digits = 2): string {
  return value.toString(16).padStart(digits, '0');
}
