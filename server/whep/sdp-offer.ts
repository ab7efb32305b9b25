/**
 * Reads the SDP offer of a WHEP client (RFC 8866, RFC 9429): the parts that Vigie needs to send one camera's video.
 *
 * The first video section that can be served is served; all others are rejected in the answer. Vigie is ICE-lite and the DTLS
 * server, so an offer that wants to be the DTLS server, or lacks rtcp-mux, cannot be served. Pure.
 *
 * Invariants: the work is bounded by MAX_OFFER_BYTES and MAX_SECTIONS; values read here may have any length and characters,
 * except those that are checked here.
 */

import { parse, type MediaDescription, type SessionDescription } from 'sdp-transform';
import type { RtpFormat } from '../core/rtp/rtp-format.ts';
import { PLAYOUT_DELAY_URI, TRANSPORT_CC_URI } from '../core/rtp/rtp-header.ts';
import { VigieError } from '../errors.ts';
import type { DtlsFingerprint } from '../wire/signaling.ts';

/** A browser's offer of everything that it supports has about 10 KB. */
export const MAX_OFFER_BYTES = 64 * 1024;
const MAX_SECTIONS = 32;
/** RFC 8839 section 5.4. */
const ICE_UFRAG = /^[\w+/-]{4,256}$/;
const ICE_PASSWORD = /^[\w+/-]{22,256}$/;
const FINGERPRINT = /^(?:[\dA-F]{2}:){31,63}[\dA-F]{2}$/i;
const HASHES = ['sha-256', 'sha-384', 'sha-512'] as const;
const MID = /^[!#$%&'*+.\dA-Z^_`a-z{|}~-]{1,64}$/;
const RTP_PROTOCOL = /^(?:UDP|TCP)\/TLS\/RTP\/SAVPF?$/;
const VIDEO_CLOCK_RATE = 90_000;

export interface IceCredentials {
  usernameFragment: string;
  password: string;
}

/** The parts of a section that the answer repeats. */
export interface OfferedSection {
  kind: string;
  protocol: string;
  /** One of the offered formats. */
  format: string;
  mid: string | undefined;
  /** Parameters of that format. */
  codec: { codec: string; rate?: number | undefined; encoding?: number | undefined } | undefined;
}

export interface Offer {
  sections: OfferedSection[];
  /** Index of the section that is served. */
  served: number;
  /**
   * Index of a section that is accepted without media: the first of the served one's bundle, whose transport the others use (RFC
   * 9143 section 7.3.2). Chromium needs it when it offers audio and video with `max-bundle`, which the offer does not show.
   */
  carrier: number | undefined;
  isBundled: boolean;
  takesReducedSize: boolean;
  ice: IceCredentials;
  fingerprint: DtlsFingerprint;
  format: RtpFormat;
  /** RTCP feedback types of the VP8 codec, as in `a=rtcp-fb`; `nack` only if the client supports retransmissions. */
  feedback: { type: string; subtype?: string }[];
}

/** @throws VigieError `badRequest` for anything but an SDP offer, `unprocessable` for one that cannot be served */
export function readOffer(text: string): Offer {
  const session = parsed(text);
  const { media } = session;
  if (media.length > MAX_SECTIONS) throw unusable(`it has more than ${MAX_SECTIONS} media sections`);
  const served = media.findIndex((section) => isServable(section, session));
  const section = media[served];
  if (!section) throw unusable(lackOf(session));
  if (section.rtcpMux === undefined) throw unusable('its video has no a=rtcp-mux');
  const setup = section.setup ?? session.setup ?? 'actpass';
  if (setup !== 'actpass' && setup !== 'active')
    throw unusable(`a=setup:actpass or active is needed, for Vigie waits for the client's handshake`);
  const { format, feedback } = formatOf(section);
  return {
    sections: media.map(sectionOf),
    served,
    carrier: carrierOf(section, session),
    isBundled: isBundled(section, session),
    takesReducedSize: section.rtcpRsize !== undefined,
    ice: iceOf(section, session),
    fingerprint: fingerprintOf(section, session),
    format,
    feedback,
  };
}

/** @throws VigieError `unprocessable` */
export function iceOf(
  section: Pick<MediaDescription, 'iceUfrag' | 'icePwd'>,
  session: Pick<SessionDescription, 'iceUfrag' | 'icePwd'>,
): IceCredentials {
  const usernameFragment = textOf(section.iceUfrag ?? session.iceUfrag ?? '');
  const password = textOf(section.icePwd ?? session.icePwd ?? '');
  if (!ICE_UFRAG.test(usernameFragment) || !ICE_PASSWORD.test(password))
    throw unusable('its video needs a=ice-ufrag of 4 to 256 and a=ice-pwd of 22 to 256 ice-chars');
  return { usernameFragment, password };
}

function parsed(text: string): SessionDescription {
  if (!/^v=0\r?\n/.test(text) || !/\nm=/.test(text))
    throw new VigieError(
      'badRequest',
      'the body is not an SDP offer: it begins with v=0 and has media sections',
    );
  try {
    return parse(text);
  } catch (error) {
    throw new VigieError('badRequest', 'the SDP of the offer is malformed', { cause: error });
  }
}

function isServable(section: MediaDescription, session: SessionDescription): boolean {
  const direction = section.direction ?? session.direction ?? 'sendrecv';
  return (
    section.type === 'video' &&
    isOffered(section) &&
    RTP_PROTOCOL.test(section.protocol) &&
    (direction === 'recvonly' || direction === 'sendrecv') &&
    vp8Of(section) !== undefined
  );
}

/** With port 0 it is refused by the client itself, or uses the port of another one (RFC 9143 section 6). */
function isOffered({ port, bundleOnly }: MediaDescription): boolean {
  return port !== 0 || bundleOnly !== undefined;
}

function lackOf({ media }: SessionDescription): string {
  const videos = media.filter(({ type }) => type === 'video');
  if (videos.length === 0) return 'it has no section of video';
  if (videos.every((section) => vp8Of(section) === undefined))
    return 'its video has no VP8, which Vigie sends';
  return 'no section of its video receives VP8 by UDP/TLS/RTP/SAVPF';
}

function vp8Of({ rtp }: MediaDescription): number | undefined {
  return rtp.find(({ codec, rate, payload }) => isCodec('vp8', { codec, rate }) && isPayloadType(payload))
    ?.payload;
}

function isCodec(name: string, { codec, rate }: { codec: string; rate?: number | undefined }): boolean {
  return textOf(codec).toLowerCase() === name && (rate === undefined || rate === VIDEO_CLOCK_RATE);
}

/** 64 … 95 would be mistaken for RTCP (RFC 5761 section 4). */
function isPayloadType(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= 127 && (value < 64 || value > 95);
}

function formatOf(section: MediaDescription): Pick<Offer, 'format' | 'feedback'> {
  const vp8 = vp8Of(section) ?? 0;
  const repeats = new Set(
    section.fmtp.filter(({ config }) => aptOf(textOf(config)) === vp8).map(({ payload }) => payload),
  );
  const payloadOf = (codec: string, isRight: (payload: number) => boolean): number | undefined =>
    section.rtp.find(
      (each) =>
        isCodec(codec, each) && isPayloadType(each.payload) && isRight(each.payload) && each.payload !== vp8,
    )?.payload;
  const rtx = payloadOf('rtx', (payload) => repeats.has(payload));
  const flexfec = payloadOf('flexfec-03', (payload) => payload !== rtx);
  const extensionIds = {
    playoutDelay: extensionId(section, PLAYOUT_DELAY_URI),
    transportCc: extensionId(section, TRANSPORT_CC_URI),
  };
  const offered = (section.rtcpFb ?? []).filter(({ payload }) => payload === vp8 || textOf(payload) === '*');
  const has = ([type, subtype]: readonly [string, string?]): boolean =>
    offered.some((each) => textOf(each.type) === type && each.subtype === subtype);
  const usable = FEEDBACK.filter(has)
    .filter(([type, subtype]) => rtx !== undefined || type !== 'nack' || subtype !== undefined)
    .filter(([type]) => type !== 'transport-cc' || extensionIds.transportCc !== 0)
    // Estimates come from one of the two; transport-wide feedback gives better ones.
    .filter(([type], _, all) => type !== 'goog-remb' || !all.some(([other]) => other === 'transport-cc'));
  return {
    format: { vp8, rtx, flexfec, extensionIds },
    feedback: usable.map(([type, subtype]) => ({ type, ...(subtype !== undefined && { subtype }) })),
  };
}

/** In the order in which the answer has them. */
const FEEDBACK: readonly (readonly [string, string?])[] = [
  ['goog-remb'],
  ['transport-cc'],
  ['ccm', 'fir'],
  ['nack'],
  ['nack', 'pli'],
];

function aptOf(config: string): number | undefined {
  const [, apt] = /(?:^|[;\s])apt=(\d{1,3})(?:[;\s]|$)/.exec(config) ?? [];
  return apt === undefined ? undefined : Number(apt);
}

/** 0: not offered with an id of one byte. */
function extensionId({ ext = [] }: MediaDescription, wanted: string): number {
  const value = ext.find(({ uri }) => uri === wanted)?.value;
  return typeof value === 'number' && value >= 1 && value <= 14 ? value : 0;
}

function fingerprintOf(section: MediaDescription, session: SessionDescription): DtlsFingerprint {
  const { type = '', hash = '' } = section.fingerprint ?? session.fingerprint ?? {};
  const algorithm = HASHES.find((name) => name === textOf(type).toLowerCase());
  if (algorithm === undefined || !FINGERPRINT.test(textOf(hash)))
    throw unusable(`its video needs a=fingerprint with ${HASHES.join(', ')}`);
  return { algorithm, value: textOf(hash).toUpperCase() };
}

function sectionOf({ type, protocol, payloads, mid, rtp }: MediaDescription): OfferedSection {
  const [format = '0'] = textOf(payloads ?? '0').split(' ');
  const codec = rtp.find(({ payload }) => textOf(payload) === format);
  return { kind: type, protocol, format, mid: midOf(mid), codec };
}

function carrierOf(
  { mid }: MediaDescription,
  { media, groups = [] }: SessionDescription,
): number | undefined {
  const own = midOf(mid);
  if (own === undefined) return undefined;
  const bundle = groups.map(({ mids }) => textOf(mids).split(' ')).find((mids) => mids.includes(own));
  const first = media.findIndex(
    (each) => midOf(each.mid) === bundle?.[0] && isOffered(each) && RTP_PROTOCOL.test(each.protocol),
  );
  return first < 0 || media[first]?.mid === mid ? undefined : first;
}

function midOf(mid: unknown): string | undefined {
  return MID.test(textOf(mid)) ? textOf(mid) : undefined;
}

/** The parser turns text that looks like a number into one, although its types say otherwise. */
export function textOf(value: unknown): string {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' ? value : '';
}

function isBundled({ mid }: MediaDescription, { groups = [] }: SessionDescription): boolean {
  const own = midOf(mid);
  return groups.some(
    ({ type, mids }) => type === 'BUNDLE' && own !== undefined && textOf(mids).split(' ').includes(own),
  );
}

function unusable(why: string): VigieError {
  return new VigieError('unprocessable', `this offer cannot be served: ${why}`);
}
