/**
 * The codec and header extensions the SFU can send, in mediasoup's vocabulary: VP8 with RTX, and its header extensions.
 *
 * Every page uses the same numbers; mediasoup-client writes them into the SDP it makes for the browser. Other viewers have
 * their own (core/rtp/rtp-format.ts).
 */

import type { RtpFormat } from '../core/rtp/rtp-format.ts';
import {
  PAGE_EXTENSION_IDS,
  PLAYOUT_DELAY_ID,
  PLAYOUT_DELAY_URI,
  TRANSPORT_CC_ID,
  TRANSPORT_CC_URI,
} from '../core/rtp/rtp-header.ts';
import { FLEXFEC_MIME_TYPE, type RtpCapabilities, type RtpParameters } from '../wire/signaling.ts';

export const VP8_PAYLOAD_TYPE = 96;
export const RTX_PAYLOAD_TYPE = 97;
export const FLEXFEC_PAYLOAD_TYPE = 98;
export const VIDEO_CLOCK_RATE = 90_000;

const RTCP_FEEDBACK = [
  { type: 'nack' },
  { type: 'nack', parameter: 'pli' },
  { type: 'ccm', parameter: 'fir' },
  { type: 'transport-cc' },
];

const HEADER_EXTENSIONS = [
  { uri: PLAYOUT_DELAY_URI, id: PLAYOUT_DELAY_ID },
  { uri: TRANSPORT_CC_URI, id: TRANSPORT_CC_ID },
];

/** The viewer sends reference times (core/rtp/extended-report.ts); the SDP that a browser makes itself does not contain it. */
const REFERENCE_TIMES = { type: 'rrtr' };

export const ROUTER_RTP_CAPABILITIES: RtpCapabilities = {
  codecs: [
    {
      kind: 'video',
      mimeType: 'video/VP8',
      preferredPayloadType: VP8_PAYLOAD_TYPE,
      clockRate: VIDEO_CLOCK_RATE,
      parameters: {},
      rtcpFeedback: RTCP_FEEDBACK,
    },
    {
      kind: 'video',
      mimeType: 'video/rtx',
      preferredPayloadType: RTX_PAYLOAD_TYPE,
      clockRate: VIDEO_CLOCK_RATE,
      parameters: { apt: VP8_PAYLOAD_TYPE },
      rtcpFeedback: [],
    },
  ],
  headerExtensions: HEADER_EXTENSIONS.map(({ uri, id }) => ({
    kind: 'video',
    uri,
    preferredId: id,
    preferredEncrypt: false,
    direction: 'sendonly',
  })),
};

/** Forward error correction, for viewers who support it (core/rtp/flexfec.ts). */
const FLEXFEC = {
  mimeType: FLEXFEC_MIME_TYPE,
  // µs. Browsers ignore it, and refuse the codec without it.
  parameters: { 'repair-window': 10_000_000 },
  // Without it, browsers report no arrival of these packets, and all count as lost.
  rtcpFeedback: [{ type: 'transport-cc' }],
};

export function pageFormat(takesFlexfec: boolean): RtpFormat {
  return {
    vp8: VP8_PAYLOAD_TYPE,
    rtx: RTX_PAYLOAD_TYPE,
    flexfec: takesFlexfec ? FLEXFEC_PAYLOAD_TYPE : undefined,
    takesFrameEnds: true,
    extensionIds: PAGE_EXTENSION_IDS,
  };
}

export interface ConsumerIdentity {
  /** SDP media identification (RFC 8843), unique within its transport. */
  mid: string;
  ssrc: number;
  /** For retransmissions and forward error correction, if the viewer supports them. */
  rtxSsrc?: number | undefined;
  fecSsrc?: number | undefined;
  cname: string;
  format: RtpFormat;
}

export function consumerRtpParameters({
  mid,
  ssrc,
  rtxSsrc,
  fecSsrc,
  cname,
  format,
}: ConsumerIdentity): RtpParameters {
  const { vp8, rtx, flexfec, extensionIds } = format;
  const common = { clockRate: VIDEO_CLOCK_RATE };
  const codecs = [
    {
      mimeType: 'video/VP8',
      payloadType: vp8,
      ...common,
      parameters: {},
      rtcpFeedback: [...RTCP_FEEDBACK, REFERENCE_TIMES],
    },
    ...(rtx === undefined
      ? []
      : [{ mimeType: 'video/rtx', payloadType: rtx, ...common, parameters: { apt: vp8 }, rtcpFeedback: [] }]),
    ...(flexfec === undefined ? [] : [{ ...FLEXFEC, payloadType: flexfec, ...common }]),
  ];
  const extensions = [
    { uri: PLAYOUT_DELAY_URI, id: extensionIds.playoutDelay },
    { uri: TRANSPORT_CC_URI, id: extensionIds.transportCc },
  ].filter(({ id }) => id !== 0);
  return {
    mid,
    codecs,
    headerExtensions: extensions.map((each) => ({ ...each, encrypt: false, parameters: {} })),
    encodings: [
      {
        ssrc,
        ...(rtxSsrc !== undefined && { rtx: { ssrc: rtxSsrc } }),
        ...(fecSsrc !== undefined && { fec: { mechanism: 'flexfec', ssrc: fecSsrc } }),
      },
    ],
    rtcp: { cname, reducedSize: true },
  };
}
