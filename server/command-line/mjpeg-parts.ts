/** The parts of an MJPEG response as Vigie sends it: each with its size and the capture time of the picture. */

export interface MjpegPart {
  jpeg: Uint8Array;
  /** ms since the Unix epoch, by the server's clock. */
  takenAtMs: number;
}

const MAX_HEAD_BYTES = 4096;
const MAX_JPEG_BYTES = 16 * 1024 * 1024;

/** @throws Error for any other response */
export async function* mjpegParts(body: AsyncIterable<Uint8Array>): AsyncGenerator<MjpegPart> {
  let pending = Buffer.alloc(0);
  for await (const piece of body) {
    pending = Buffer.concat([pending, piece]);
    for (;;) {
      const end = pending.indexOf('\r\n\r\n');
      if (end < 0) {
        if (pending.length > MAX_HEAD_BYTES) throw new Error('this is no MJPEG stream of Vigie');
        break;
      }
      const head = pending.toString('latin1', 0, end);
      const bytes = Number(/^Content-Length: (\d{1,9})$/im.exec(head)?.[1] ?? Infinity);
      if (bytes > MAX_JPEG_BYTES) throw new Error('this is no MJPEG stream of Vigie');
      const begin = end + 4;
      if (pending.length < begin + bytes) break;
      const takenAtMs = Number(/^X-Timestamp: ([\d.]+)$/im.exec(head)?.[1] ?? NaN) * 1000;
      yield { jpeg: pending.subarray(begin, begin + bytes), takenAtMs };
      pending = pending.subarray(begin + bytes);
    }
  }
}
