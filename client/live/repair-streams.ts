/**
 * Forward error correction in the browser's SDP offer: mediasoup-client writes the codec, but not which stream repairs which
 * video (RFC 5956 section 4.3), and without that Chromium drops its packets.
 *
 * Invariant: nothing else of the description changes.
 */

import { FLEXFEC_MIME_TYPE, type RtpParameters } from '../../server/wire/signaling.ts';

/** @returns whether the browser understands the server's repair packets */
export function takesFlexfec(): boolean {
  const { codecs = [] } = RTCRtpReceiver.getCapabilities('video') ?? {};
  return codecs.some(({ mimeType }) => mimeType.toLowerCase() === FLEXFEC_MIME_TYPE);
}

/** The repair streams of one transport. */
export class RepairStreams {
  /** SSRC of the repairs by that of the video. */
  readonly #repairs = new Map<number, number>();

  /** A consumer's parameters, before it is offered to the browser. */
  add({ encodings }: RtpParameters): void {
    for (const { ssrc, fec } of encodings) if (fec) this.#repairs.set(ssrc, fec.ssrc);
  }

  /** @returns the description with the repair streams in it */
  describe(sdp: string): string {
    return nameRepairStreams(sdp, this.#repairs);
  }
}

/** @param repairs SSRC of the repairs by that of the video */
export function nameRepairStreams(sdp: string, repairs: ReadonlyMap<number, number>): string {
  const lines = sdp.split('\r\n');
  /** By the SSRC of the video's retransmissions: a repair stream is described like them. */
  const described = new Map<string, number>();
  const named = lines.flatMap((line) => {
    const [, media = '', retransmission = ''] = /^a=ssrc-group:FID (\d+) (\d+)$/.exec(line) ?? [];
    const repair = repairs.get(Number(media));
    if (repair === undefined) return [line];
    described.set(retransmission, repair);
    return [line, `a=ssrc-group:FEC-FR ${media} ${repair}`];
  });
  return named
    .flatMap((line) => {
      const [, ssrc = '', attribute = ''] = /^a=ssrc:(\d+) (.*)$/.exec(line) ?? [];
      const repair = described.get(ssrc);
      return repair === undefined ? [line] : [line, `a=ssrc:${repair} ${attribute}`];
    })
    .join('\r\n');
}
