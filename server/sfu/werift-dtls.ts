/**
 * DTLS and SRTCP for one viewer, by werift, over the server's own ICE path (ice-lite-agent.ts).
 *
 * Only this file touches werift's internals; its exact version is pinned, and test/sfu/werift-dtls.test.ts fails when
 * they change. It adds what werift 0.25.2 lacks:
 * - werift does not check the client's CertificateVerify (RFC 5246 section 7.4.8). Without it the fingerprint proves
 *   nothing: the certificate is sent unencrypted, so an attacker on the path could present the viewer's certificate.
 * - werift lets unauthenticated records reset or end an established session (RFC 6347 section 4.2.8). Once connected,
 *   it gets no further DTLS records.
 * - werift keeps every fragment of an incomplete handshake message, and allocates the length a fragment claims.
 *   HandshakeOrder replaces this.
 * - werift does not bound the computation of a handshake: each ClientHello costs it a key pair. A viewer that sends
 *   more than MAX_HANDSHAKE_BYTES before its handshake is done is refused.
 * - werift's RTCP parser does far more work than the bytes justify. Here werift only decrypts;
 *   core/rtp/rtcp-feedback.ts parses.
 * - werift repeats its flight for half a minute after the transport is closed.
 * - The server's last flight may be lost. The viewer then repeats its own flight and gets the server's again (RFC 6347
 *   section 4.2.4).
 */

import { createVerify, X509Certificate } from 'node:crypto';
import {
  ProtectionProfileAeadAes128Gcm,
  ProtectionProfileAes128CmHmacSha1_80,
  RTCDtlsFingerprint,
  RTCDtlsParameters,
  RTCDtlsTransport,
  RtpHeader as WeriftRtpHeader,
  type RTCIceTransport,
  type RtcpPacket,
} from 'werift';
import { HandshakeOrder } from '../core/rtp/dtls-handshake-order.ts';
import { readRtcp, type ViewerFeedback } from '../core/rtp/rtcp-feedback.ts';
import { SrtpGcm } from '../core/rtp/srtp-gcm.ts';
import type { DtlsFingerprint } from '../wire/signaling.ts';

/** Protects one RTP packet; see SrtpGcm.protect for the arguments. */
export interface SrtpProtector {
  protect(header: Buffer, payload: Uint8Array, ssrc: number, extendedSequence: number): Buffer;
}

const HANDSHAKE_CERTIFICATE_VERIFY = 15;
const RECORD_HANDSHAKE = 22;
/** A browser repeats its flight after 50 ms, then at growing intervals: this many take more than a minute. */
const MAX_LAST_FLIGHT_REPEATS = 16;
/** A browser's handshake takes 1 to 4 KB, and each repeated flight at most 2 KB. */
const MAX_HANDSHAKE_BYTES = 64 * 1024;
/** Handshake flights and RTCP fit a path's MTU. */
const MAX_DATAGRAM_BYTES = 2048;
/** Beyond every flight number of werift: it stops repeating the current one. */
const NO_FLIGHT = 99;
/** Offered to the viewer, the cheaper first. */
const SRTP_PROFILES = [ProtectionProfileAeadAes128Gcm, ProtectionProfileAes128CmHmacSha1_80];

/** Fingerprint of the certificate that all transports of this process share (RFC 8122). */
export async function localFingerprint(): Promise<DtlsFingerprint> {
  const certificate = await RTCDtlsTransport.SetupCertificate();
  const [fingerprint] = certificate.getFingerprints();
  if (!fingerprint) throw new Error('werift made a certificate without a fingerprint');
  return { algorithm: 'sha-256', value: fingerprint.value };
}

/** Totals of all viewers. */
export interface DtlsCounters {
  /** Unreadable datagrams, and those not from the viewer. */
  malformed: number;
  /** Handshake fragments that no browser sends, at least not at that moment. */
  refusedFragments: number;
  /** Transports closed because they sent more than a handshake needs. */
  excess: number;
}

export class WeriftDtls {
  readonly #counters: DtlsCounters;
  readonly #transport: RTCDtlsTransport;
  readonly #receivers: ((datagram: Buffer) => void)[] = [];
  readonly #send: (datagram: Buffer) => void;
  readonly #onFeedback: (feedback: ViewerFeedback) => void;
  /** The server's last handshake flight; undefined until the handshake is done. */
  #lastFlight: readonly Buffer[] | undefined;
  #lastFlightRepeats = 0;
  #handshakeBytes = 0;
  readonly #excess = Promise.withResolvers<never>();
  #closed = false;

  /**
   * @param send puts a datagram on the path, where it may be dropped
   * @param onFeedback called with the feedback in authentic RTCP of the viewer
   */
  constructor(
    send: (datagram: Buffer) => void,
    onFeedback: (feedback: ViewerFeedback) => void,
    counters: DtlsCounters,
  ) {
    this.#send = send;
    this.#onFeedback = onFeedback;
    this.#counters = counters;
    const connection = {
      onData: { subscribe: (receive: (datagram: Buffer) => void) => void this.#receivers.push(receive) },
      send: async (datagram: Buffer) => this.#sendUnlessClosed(datagram),
      close: async () => {},
    };
    const ice = { connection, role: 'controlled', state: 'connected', stop: async () => {} };
    this.#transport = new RTCDtlsTransport({}, ice as unknown as RTCIceTransport, undefined, SRTP_PROFILES);
    this.#transport.role = 'server';
  }

  /**
   * Waits for the viewer's handshake.
   *
   * @throws Error when the handshake fails or is too long, or the viewer does not prove the announced certificate
   */
  async connect(fingerprints: readonly DtlsFingerprint[]): Promise<SrtpProtector> {
    const announced = fingerprints.map(({ algorithm, value }) => new RTCDtlsFingerprint(algorithm, value));
    this.#transport.setRemoteParams(new RTCDtlsParameters(announced, 'client'));
    const started = this.#transport.start();
    this.#putInOrder();
    await Promise.race([started, this.#excess.promise]);
    verifyClientProof(this.#transport);
    this.#lastFlight = this.#transport.dtls?.dtls.lastMessage ?? [];
    return srtpProtector(this.#transport);
  }

  /** A DTLS or SRTCP datagram from the viewer; anything else is ignored. */
  receive(datagram: Buffer): void {
    if (datagram.length > MAX_DATAGRAM_BYTES) return void this.#counters.malformed++;
    const first = datagram[0] ?? 0;
    if (first >= 20 && first <= 63) return this.#receiveDtls(first, datagram);
    // A viewer sends no RTP. RTCP has packet types 192…223 in its second byte (RFC 5761 section 4).
    const second = datagram[1] ?? 0;
    if (first >= 128 && first <= 191 && second >= 192 && second <= 223) this.#receiveRtcp(datagram);
  }

  /** @param packets of one compound packet */
  sendRtcp(packets: readonly Buffer[]): void {
    if (this.#closed || !this.#transport.srtcp) return;
    const compound = { serialize: () => Buffer.concat(packets) };
    void this.#transport.sendRtcp([compound as unknown as RtcpPacket]);
  }

  /** These SSRCs are never used again: drops werift's state of each. */
  forget(ssrcs: readonly number[]): void {
    const { srtp, srtcp } = this.#transport;
    for (const ssrc of ssrcs) {
      if (srtp) delete srtp.localContext.srtpSSRCStates[ssrc];
      if (srtcp) delete srtcp.localContext.srtcpSSRCStates[ssrc];
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#receivers.length = 0;
    if (this.#transport.dtls) this.#transport.dtls.dtls.flight = NO_FLIGHT;
    void this.#transport.stop();
  }

  #receiveDtls(recordType: number, datagram: Buffer): void {
    if (this.#lastFlight) return this.#repeatLastFlight(recordType, this.#lastFlight);
    if (!this.#isWithinHandshake(datagram)) return;
    try {
      for (const receive of this.#receivers) receive(datagram);
    } catch {
      // werift throws on truncated records.
      this.#counters.malformed++;
    }
  }

  #receiveRtcp(datagram: Buffer): void {
    if (this.#closed || !this.#transport.srtcp) return;
    let compound: Buffer;
    try {
      compound = this.#transport.srtcp.decrypt(datagram);
    } catch {
      this.#counters.malformed++;
      return;
    }
    for (const feedback of readRtcp(compound)) this.#onFeedback(feedback);
  }

  /**
   * werift calls `handleFragmentHandshake` for each fragment, also the encrypted ones, to learn which messages are
   * complete.
   */
  #putInOrder(): void {
    const { dtls } = this.#transport;
    if (!dtls) throw new Error('werift did not begin its handshake');
    const order = new HandshakeOrder();
    dtls.handleFragmentHandshake = (fragments) => {
      const before = order.refused;
      const whole = fragments.map((fragment) => order.take(fragment)).filter((each) => each !== undefined);
      this.#counters.refusedFragments += order.refused - before;
      // werift only copies fields of these in its next step.
      return whole as typeof fragments;
    };
  }

  /** The first excess closes the transport: no handshake could still succeed. */
  #isWithinHandshake(datagram: Buffer): boolean {
    if (!this.#transport.dtls) return true;
    const isFirstExcess = this.#handshakeBytes <= MAX_HANDSHAKE_BYTES;
    this.#handshakeBytes += datagram.length;
    if (this.#handshakeBytes <= MAX_HANDSHAKE_BYTES) return true;
    if (!isFirstExcess) return false;
    this.#counters.excess++;
    this.#excess.reject(
      new Error(`the viewer sent more than ${MAX_HANDSHAKE_BYTES} bytes before its handshake was done`),
    );
    return false;
  }

  #repeatLastFlight(recordType: number, flight: readonly Buffer[]): void {
    if (recordType !== RECORD_HANDSHAKE || this.#lastFlightRepeats >= MAX_LAST_FLIGHT_REPEATS) return;
    this.#lastFlightRepeats++;
    for (const datagram of flight) this.#sendUnlessClosed(datagram);
  }

  #sendUnlessClosed(datagram: Buffer): void {
    if (!this.#closed) this.#send(datagram);
  }
}

/** RFC 5246 section 7.4.8: the client signs all handshake messages before this one with its certificate's key. */
function verifyClientProof(transport: RTCDtlsTransport): void {
  const handshakes = transport.dtls?.dtls.sortedHandshakeCache ?? [];
  const index = handshakes.findIndex(({ msg_type }) => msg_type === HANDSHAKE_CERTIFICATE_VERIFY);
  const proof = handshakes[index]?.fragment;
  const certificate = transport.dtls?.remoteCertificate;
  if (!proof || !certificate) throw new Error('the viewer did not prove its certificate');
  // struct { SignatureAndHashAlgorithm algorithm; opaque signature<0..2^16-1>; }
  const hash = ({ 4: 'sha256', 5: 'sha384', 6: 'sha512' } as Record<number, string>)[proof[0] ?? 0];
  const signature = proof.subarray(4);
  if (!hash || signature.length !== proof.readUInt16BE(2))
    throw new Error('the viewer used an unknown signature algorithm');
  const verifier = createVerify(hash);
  for (const handshake of handshakes.slice(0, index)) verifier.update(handshake.serialize());
  if (!verifier.verify(new X509Certificate(certificate).publicKey, signature)) {
    throw new Error('the viewer does not hold the key of its certificate');
  }
}

function srtpProtector(transport: RTCDtlsTransport): SrtpProtector {
  const { srtp } = transport;
  if (!srtp) throw new Error('SRTP was not negotiated');
  const context = srtp.localContext;
  if (context.profile === ProtectionProfileAeadAes128Gcm) {
    return new SrtpGcm(context.srtpSessionKey, context.srtpSessionSalt);
  }
  // A browser without GCM: werift's own implementation, which tracks the rollover counter itself.
  return {
    protect: (header, payload) => srtp.encrypt(Buffer.from(payload), WeriftRtpHeader.deSerialize(header)),
  };
}
