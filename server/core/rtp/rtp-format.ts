/**
 * The payload types and extension ids of one viewer. A page uses the server's (sfu/rtp-parameters.ts); a WHEP client gives its
 * own in its offer (whep/sdp-offer.ts), and the answer must use them (RFC 3264 section 6.1).
 */

import type { ExtensionIds } from './rtp-header.ts';

/** Payload types: 7 bits. */
export interface RtpFormat {
  readonly vp8: number;
  /** If missing, the viewer supports no retransmissions (RFC 4588). */
  readonly rtx?: number | undefined;
  /** If missing, the viewer supports no forward error correction (flexfec.ts). */
  readonly flexfec?: number | undefined;
  /** The viewer accepts packets of padding on the video stream (frame-ends.ts). */
  readonly takesFrameEnds?: boolean;
  readonly extensionIds: ExtensionIds;
}
