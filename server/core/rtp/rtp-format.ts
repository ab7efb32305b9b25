/**
 * The numbers by which one viewer knows payloads and header extensions. A page takes the server's (sfu/rtp-parameters.ts); a WHEP
 * client names its own in its offer (whep/sdp-offer.ts), for in an answer they mean what the offer says (RFC 3264 section 6.1).
 */

import type { ExtensionIds } from './rtp-header.ts';

/** Payload types: 7 bits. */
export interface RtpFormat {
  readonly vp8: number;
  /** Left out: the viewer takes no retransmissions (RFC 4588). */
  readonly rtx?: number | undefined;
  /** Left out: the viewer takes no forward error correction (flexfec.ts). */
  readonly flexfec?: number | undefined;
  /** The viewer takes packets of padding on the stream of video (frame-ends.ts). */
  readonly takesFrameEnds?: boolean;
  readonly extensionIds: ExtensionIds;
}
