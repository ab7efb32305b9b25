/**
 * Writes Vigie's SDP answer to an offer (RFC 9429 section 5.3.1): one camera's video, sent only, over ICE-lite and as the DTLS
 * server; every other section is refused with port 0. Pure.
 *
 * Invariant: numbers and sections are those of the offer, in its order.
 */

import { write, type MediaAttributes, type MediaDescription, type SessionDescription } from 'sdp-transform';
import type { IceCandidate, RtpParameters, TransportParameters } from '../wire/signaling.ts';
import type { Offer, OfferedSection } from './sdp-offer.ts';

export interface AnswerParts {
  offer: Offer;
  transport: Omit<TransportParameters, 'iceServers'>;
  rtp: RtpParameters;
  /** Names the camera's stream within the page. */
  streamId: string;
  /** Below 2^63 (RFC 9429 section 5.2.1). */
  sessionId: string;
}

/** Vigie waits for checks, so it needs no address of its own here. */
const NO_ADDRESS = { version: 4, ip: '0.0.0.0' };
const DISCARD_PORT = 9;
const TRACK_ID = 'video';

export function writeAnswer(parts: AnswerParts): string {
  const { offer, sessionId } = parts;
  const { sections, served, carrier } = offer;
  const media = sections.map((section, index) => {
    if (index === served) return videoSection(section, parts);
    return index === carrier ? carryingSection(section, parts) : refusedSection(section);
  });
  return write({
    version: 0,
    origin: {
      username: '-',
      sessionId,
      sessionVersion: 1,
      netType: 'IN',
      ipVer: 4,
      address: '0.0.0.0',
    },
    name: '-',
    timing: { start: 0, stop: 0 },
    icelite: 'ice-lite',
    ...bundleOf(offer),
    msidSemantic: { semantic: 'WMS', token: '*' },
    media,
  });
}

/** The sections of the answer that share the transport, the one that has it first. */
export function bundleOf({
  sections,
  served,
  carrier,
  isBundled,
}: Offer): Pick<SessionDescription, 'groups'> {
  if (!isBundled) return {};
  const mids = [carrier, served].flatMap((index) => sections[index ?? -1]?.mid ?? []);
  return { groups: [{ type: 'BUNDLE', mids: mids.join(' ') }] };
}

export function candidateAttributes(candidates: readonly IceCandidate[]): MediaAttributes['candidates'] {
  return candidates.map(({ foundation, protocol, priority, address, port, type, tcpType }) => ({
    foundation,
    component: 1,
    transport: protocol,
    priority,
    ip: address,
    port,
    type,
    ...(tcpType !== undefined && { tcptype: tcpType }),
  }));
}

function refusedSection({ kind, protocol, format, mid }: OfferedSection): MediaDescription {
  return {
    type: kind,
    port: 0,
    protocol,
    payloads: format,
    connection: NO_ADDRESS,
    ...(mid !== undefined && { mid }),
    direction: 'inactive',
    rtp: [],
    fmtp: [],
  };
}

/** Carries the transport, and no media. */
function carryingSection(section: OfferedSection, parts: AnswerParts): MediaDescription {
  const { codec, format } = section;
  return {
    ...refusedSection(section),
    port: DISCARD_PORT,
    rtcpMux: 'rtcp-mux',
    ...transportAttributes(parts),
    rtp: codec ? [{ ...codec, payload: Number(format) } as MediaDescription['rtp'][number]] : [],
  };
}

function transportAttributes({ transport }: AnswerParts): Omit<MediaAttributes, 'rtp' | 'fmtp'> {
  const { iceParameters, iceCandidates, dtlsParameters } = transport;
  const [fingerprint] = dtlsParameters.fingerprints;
  const candidates = candidateAttributes(iceCandidates);
  return {
    iceUfrag: iceParameters.usernameFragment,
    icePwd: iceParameters.password,
    ...(candidates && { candidates }),
    endOfCandidates: 'end-of-candidates',
    ...(fingerprint && { fingerprint: { type: fingerprint.algorithm, hash: fingerprint.value } }),
    setup: 'passive',
  };
}

function videoSection({ kind, protocol, mid }: OfferedSection, parts: AnswerParts): MediaDescription {
  const { offer, rtp, streamId } = parts;
  const { codecs, headerExtensions } = rtp;
  const { vp8, flexfec, extensionIds } = offer.format;
  return {
    type: kind,
    port: DISCARD_PORT,
    protocol,
    payloads: codecs.map(({ payloadType }) => payloadType).join(' '),
    connection: NO_ADDRESS,
    ...(mid !== undefined && { mid }),
    direction: 'sendonly',
    rtcpMux: 'rtcp-mux',
    ...(offer.takesReducedSize && { rtcpRsize: 'rtcp-rsize' }),
    ...transportAttributes(parts),
    rtp: codecs.map(({ payloadType, mimeType, clockRate }) => ({
      payload: payloadType,
      codec: mimeType.slice('video/'.length),
      rate: clockRate,
    })),
    fmtp: codecs.flatMap(({ payloadType, parameters }) => {
      const config = Object.entries(parameters).map(([name, value]) => `${name}=${value}`);
      return config.length > 0 ? [{ payload: payloadType, config: config.join(';') }] : [];
    }),
    rtcpFb: [
      ...offer.feedback.map((each) => ({ payload: vp8, ...each })),
      // Without it, browsers report no arrival of these packets, and all count as lost.
      ...(flexfec !== undefined && extensionIds.transportCc !== 0
        ? [{ payload: flexfec, type: 'transport-cc' }]
        : []),
    ],
    ext: headerExtensions.map(({ id, uri }) => ({ value: id, uri })),
    msid: [{ id: streamId, appdata: TRACK_ID }],
    ...sourceAttributes(rtp, streamId),
  };
}

/** RFC 5576. */
function sourceAttributes(
  { encodings, rtcp }: RtpParameters,
  streamId: string,
): Pick<MediaAttributes, 'ssrcGroups' | 'ssrcs'> {
  const [encoding] = encodings;
  if (!encoding) return {};
  const { ssrc, rtx, fec } = encoding;
  const groups = [
    ...(rtx ? [{ semantics: 'FID', ssrcs: `${ssrc} ${rtx.ssrc}` }] : []),
    ...(fec ? [{ semantics: 'FEC-FR', ssrcs: `${ssrc} ${fec.ssrc}` }] : []),
  ];
  const ids = [ssrc, rtx?.ssrc, fec?.ssrc].filter((id) => id !== undefined);
  return {
    ...(groups.length > 0 && { ssrcGroups: groups }),
    ssrcs: ids.flatMap((id) => [
      { id, attribute: 'cname', value: rtcp.cname },
      { id, attribute: 'msid', value: `${streamId} ${TRACK_ID}` },
    ]),
  };
}
