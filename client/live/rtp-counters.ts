/** The counters of one WebRTC picture, read from the browser's statistics (W3C webrtc-stats, inbound-rtp). */

import type { SourceCounters } from './live-source.ts';

/** The fields of an `inbound-rtp` report that TypeScript's DOM library does not know yet. */
type InboundRtp = RTCInboundRtpStreamStats & { retransmittedPacketsReceived?: number };

/** @returns null before the first packet */
export function rtpCounters(reports: RTCStatsReport): SourceCounters | null {
  const report = [...reports.values()].find(
    (each): each is InboundRtp => each.type === 'inbound-rtp' && each.kind === 'video',
  );
  if (!report) return null;
  return {
    timestampMs: report.timestamp,
    bytesReceived: report.bytesReceived ?? 0,
    width: report.frameWidth ?? 0,
    height: report.frameHeight ?? 0,
    packetsReceived: report.packetsReceived ?? 0,
    packetsLost: report.packetsLost ?? 0,
    packetsRetransmitted: report.retransmittedPacketsReceived ?? 0,
    framesDecoded: report.framesDecoded ?? 0,
    framesDropped: report.framesDropped ?? 0,
    jitterBufferSeconds: report.jitterBufferDelay ?? 0,
    jitterBufferFrames: report.jitterBufferEmittedCount ?? 0,
  };
}
