/**
 * A grey JPEG like that of a sensor in greyscale mode: one component, baseline. FFmpeg's encoder writes none, so this
 * one is composed here: every block has the same mean and nothing else. It contains no Huffman tables; the standard
 * ones apply.
 */

/** The value of every pixel: 128 + 72. */
export const GREY = 200;

const SOI = Buffer.from('ffd8', 'hex');
const QUANTIZERS = Buffer.concat([Buffer.from('ffdb004300', 'hex'), Buffer.alloc(64, 8)]);
const START_OF_SCAN = Buffer.from('ffda0008010100003f00', 'hex');
const EOI = Buffer.from('ffd9', 'hex');

/**
 * Codes of the standard luminance tables (ITU-T T.81, K.3). First block: a DC difference of 7 bits, 72, then end of block;
 * the others: a DC difference of 0, then end of block.
 */
const FIRST_BLOCK = '1111010010001010';
const OTHER_BLOCK = '001010';

export function greyJpeg(width: number, height: number): Buffer {
  const startOfFrame = Buffer.from('ffc0000b080000000001011100', 'hex');
  startOfFrame.writeUInt16BE(height, 5);
  startOfFrame.writeUInt16BE(width, 7);
  const blocks = Math.ceil(width / 8) * Math.ceil(height / 8);
  const bits = FIRST_BLOCK + OTHER_BLOCK.repeat(blocks - 1);
  const octets = bits.padEnd(Math.ceil(bits.length / 8) * 8, '1').match(/.{8}/g) ?? [];
  const scan = Buffer.from(octets.map((octet) => Number.parseInt(octet, 2)));
  return Buffer.concat([SOI, QUANTIZERS, startOfFrame, START_OF_SCAN, scan, EOI]);
}
