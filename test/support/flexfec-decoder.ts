/**
 * A receiver of FlexFEC-03, as libwebrtc has it: repairs a packet as soon as it is the only one of a repair packet's
 * that lacks.
 */

interface Repair {
  payload: Buffer;
  bodyAt: number;
  /** Sequence numbers. */
  protects: number[];
}

const FIXED_HEADER_BYTES = 18;
const RTP_HEADER_BYTES = 12;

export class FlexfecDecoder {
  readonly #ssrc: number;
  readonly #packets = new Map<number, Buffer>();
  #repairs: Repair[] = [];
  /** In the order in which they were repaired: whole RTP packets. */
  readonly repaired: Buffer[] = [];

  constructor(ssrc: number) {
    this.#ssrc = ssrc;
  }

  /** @param packet RTP, with zeros for extensions that change on the way */
  onMedia(packet: Buffer): void {
    this.#packets.set(packet.readUInt16BE(2), packet);
    this.#repair();
  }

  /** @throws Error for a payload that libwebrtc would discard */
  onRepair(payload: Buffer): void {
    if (payload.length < FIXED_HEADER_BYTES + 2) throw new Error('truncated');
    if ((payload.readUInt8(0) & 0xc0) !== 0) throw new Error('R or F is set');
    if (payload.readUInt8(8) !== 1) throw new Error('not one stream');
    if (payload.readUInt32BE(12) !== this.#ssrc) throw new Error('another stream');
    const base = payload.readUInt16BE(16);
    const protects: number[] = [];
    let bit = 0;
    let at = FIXED_HEADER_BYTES;
    for (const bytes of [2, 4, 8]) {
      const part = payload.subarray(at, at + bytes);
      if (part.length < bytes) throw new Error('truncated mask');
      at += bytes;
      for (let i = 1; i < bytes * 8; i++, bit++)
        if ((part.readUInt8(i >> 3) & (0x80 >> (i & 7))) !== 0) protects.push((base + bit) & 0xffff);
      if ((part.readUInt8(0) & 0x80) !== 0) break;
      if (bytes === 8) throw new Error('the mask has no end');
    }
    if (protects.length === 0) throw new Error('nothing is protected');
    this.#repairs.push({ payload, bodyAt: at, protects });
    this.#repair();
  }

  #repair(): void {
    for (const repair of this.#repairs) {
      const missing = repair.protects.filter((number) => !this.#packets.has(number));
      if (missing.length > 1) continue;
      this.#repairs = this.#repairs.filter((one) => one !== repair);
      const [number] = missing;
      if (number === undefined) continue;
      const packet = this.#recover(repair, number);
      this.repaired.push(packet);
      return this.onMedia(packet);
    }
  }

  #recover({ payload, bodyAt, protects }: Repair, number: number): Buffer {
    const body = Buffer.from(payload.subarray(bodyAt));
    const header = Buffer.from(payload.subarray(0, 8));
    for (const other of protects) {
      const packet = this.#packets.get(other);
      if (!packet) continue;
      const length = packet.length - RTP_HEADER_BYTES;
      for (const i of [0, 1, 4, 5, 6, 7]) header[i] = (header[i] ?? 0) ^ packet.readUInt8(i);
      header.writeUInt16BE(header.readUInt16BE(2) ^ length, 2);
      for (let i = 0; i < length; i++) body[i] = (body[i] ?? 0) ^ packet.readUInt8(RTP_HEADER_BYTES + i);
    }
    const length = header.readUInt16BE(2);
    header[0] = ((header[0] ?? 0) & 0x3f) | 0x80;
    header.writeUInt16BE(number, 2);
    const ssrc = Buffer.alloc(4);
    ssrc.writeUInt32BE(this.#ssrc);
    return Buffer.concat([header, ssrc, body.subarray(0, length)]);
  }
}
