/** One SSRC to one viewer: numbers the packets, protects them when they leave, and counts for its sender report. */

import { randomInt } from 'node:crypto';
import {
  RtcpSenderInfo,
  RtcpSourceDescriptionPacket,
  RtcpSrPacket,
  SourceDescriptionChunk,
  SourceDescriptionItem,
} from 'werift';
import type { Paced } from '../core/bandwidth/pacer.ts';
import { ArrivalRate } from '../core/rtp/arrival-rate.ts';
import {
  PAGE_EXTENSION_IDS,
  RTP_HEADER_BYTES,
  writeRtpHeader,
  type ExtensionIds,
} from '../core/rtp/rtp-header.ts';
import type { ViewerLine } from '../core/rtp/viewer-line.ts';
import type { SrtpProtector } from './werift-dtls.ts';

/** The part of a transport that a stream needs. */
export interface RtpPath {
  /** Undefined until DTLS is done. */
  readonly srtp: SrtpProtector | undefined;
  /** The path fills: leave out frames of upper layers. */
  readonly isFilling?: boolean;
  /** The path is full: skip frames. */
  readonly isFull: boolean;
  /** State of the line, shared by all streams on it. */
  readonly line: ViewerLine;
  /**
   * The path is full: drops waiting packets of a stream to make room for a keyframe of `bytes`. @returns false if there is still
   * no room
   */
  replace?(ssrc: number, bytes: number): boolean;
  /** Sends the packet now or soon. @returns false when no path is selected */
  send(packet: OutgoingPacket): boolean;
}

export interface OutgoingPacket extends Paced {
  /** Writes and encrypts it; called once, when it leaves. @param transportSequence u16, see core/rtp/rtp-header.ts */
  write(transportSequence: number): Buffer;
}

/** RTP header (24), tag (16), UDP (8) and IPv4 (20): a line carries them too. */
export const PACKET_OVERHEAD_BYTES = 68;

/** Seconds from 1900, the NTP epoch, to 1970 (RFC 3550 section 4). */
const NTP_EPOCH_OFFSET_S = 2_208_988_800n;
/** RFC 3550 section 5.1: the last byte says how many there are. */
const MAX_PADDING_BYTES = 255;

interface PacketContent {
  payload: Uint8Array;
  timestamp90k: number;
  marker: boolean;
  isPadded?: boolean;
}

export class RtpStream {
  readonly ssrc: number;
  readonly #payloadType: number;
  readonly #path: RtpPath;
  readonly #isRepair: boolean;
  readonly #extensionIds: ExtensionIds;
  /**
   * Rollover counter × 65536 + sequence number (RFC 3711 section 3.3.1). It starts below 2^15, so a viewer that misses
   * the first packets still guesses the rollover counter right.
   */
  #extendedSequence = randomInt(1, 0x8000);
  readonly arrivals = new ArrivalRate();
  /** See core/rtp/rtp-header.ts. */
  maxPlayoutDelayMs = 0;
  packetCount = 0;
  octetCount = 0;
  /** The packets among them that contain only padding. */
  paddingCount = 0;
  #paddingOctets = 0;

  /** @param isRepair whether its packets are useful only if they arrive soon */
  constructor(
    ssrc: number,
    payloadType: number,
    path: RtpPath,
    isRepair = false,
    extensionIds = PAGE_EXTENSION_IDS,
  ) {
    this.ssrc = ssrc;
    this.#payloadType = payloadType;
    this.#path = path;
    this.#isRepair = isRepair;
    this.#extensionIds = extensionIds;
  }

  /** As a line carries it. */
  get sent(): { packets: number; bytes: number } {
    return {
      packets: this.packetCount,
      bytes: this.octetCount + this.#paddingOctets + PACKET_OVERHEAD_BYTES * this.packetCount,
    };
  }

  /** @returns the packet's sequence number, or undefined when there is no path yet */
  send(payload: Uint8Array, timestamp90k: number, marker: boolean): number | undefined {
    const { srtp } = this.#path;
    if (!srtp) return undefined;
    const extendedSequence = this.#extendedSequence++;
    if (!this.#path.send(this.#packet(srtp, extendedSequence, { payload, timestamp90k, marker })))
      return undefined;
    this.packetCount++;
    this.octetCount += payload.length;
    return extendedSequence & 0xffff;
  }

  /** An empty packet, to be sent at once. @param bytes at most, including headers */
  padding(bytes: number, timestamp90k: number): OutgoingPacket | undefined {
    const { srtp } = this.#path;
    if (!srtp) return undefined;
    const length = Math.max(1, Math.min(MAX_PADDING_BYTES, bytes - PACKET_OVERHEAD_BYTES));
    const payload = Buffer.alloc(length);
    payload[length - 1] = length;
    this.packetCount++;
    this.paddingCount++;
    this.#paddingOctets += length;
    return this.#packet(srtp, this.#extendedSequence++, {
      payload,
      timestamp90k,
      marker: false,
      isPadded: true,
    });
  }

  /** Like `send`, for an empty packet of the smallest size. */
  sendPadding(timestamp90k: number): number | undefined {
    const sequenceNumber = this.#extendedSequence & 0xffff;
    const packet = this.padding(0, timestamp90k);
    return packet && this.#path.send(packet) ? sequenceNumber : undefined;
  }

  #packet(srtp: SrtpProtector, extendedSequence: number, content: PacketContent): OutgoingPacket {
    const { payload, ...rest } = content;
    return {
      bytes: payload.length + PACKET_OVERHEAD_BYTES,
      ssrc: this.ssrc,
      isRepair: this.#isRepair,
      write: (transportSequence) => {
        // A new buffer per packet: the system reads it after the call that sends it has returned.
        const header = Buffer.allocUnsafe(RTP_HEADER_BYTES);
        const sequenceNumber = extendedSequence & 0xffff;
        const payloadType = this.#payloadType;
        const { ssrc, maxPlayoutDelayMs } = this;
        writeRtpHeader(header, {
          ...rest,
          payloadType,
          sequenceNumber,
          ssrc,
          maxPlayoutDelayMs,
          transportSequence,
          extensionIds: this.#extensionIds,
        });
        return srtp.protect(header, payload, ssrc, extendedSequence);
      },
    };
  }

  /**
   * Sender report and source description (RFC 3550 sections 6.4.1 and 6.5).
   *
   * @param timestampAt maps a time on the server's clock to the stream's RTP clock
   */
  senderReport(
    cname: string,
    nowUs: number,
    timestampAt: (nowUs: number) => number,
  ): [RtcpSrPacket, RtcpSourceDescriptionPacket] {
    const report = new RtcpSrPacket({
      ssrc: this.ssrc,
      senderInfo: new RtcpSenderInfo({
        ntpTimestamp: ntpTimestamp(nowUs),
        rtpTimestamp: timestampAt(nowUs),
        packetCount: this.packetCount % 2 ** 32,
        octetCount: this.octetCount % 2 ** 32,
      }),
    });
    const items = [new SourceDescriptionItem({ type: 1, text: cname })];
    const chunks = [new SourceDescriptionChunk({ source: this.ssrc, items })];
    return [report, new RtcpSourceDescriptionPacket({ chunks })];
  }
}

/** The middle 32 bits of it, as reports have it (RFC 3550 section 4). */
export function ntpMiddle32(nowUs: number): number {
  return Number((ntpTimestamp(nowUs) >> 16n) & 0xffff_ffffn);
}

/** 64-bit NTP time: seconds since 1900 in the upper half, their fraction in the lower. */
export function ntpTimestamp(nowUs: number): bigint {
  const us = BigInt(Math.round(nowUs));
  return ((us / 1_000_000n + NTP_EPOCH_OFFSET_S) << 32n) | (((us % 1_000_000n) << 32n) / 1_000_000n);
}
