/**
 * Reads how a viewer's cameras are sent (wire/viewer-figures.ts): for the viewer's page, administrators and the log.
 *
 * Invariant: bounded, whatever a viewer consumes: MAX_CONSUMER_FIGURES per viewer, those being sent first, and MAX_VIEWER_FIGURES
 * of all viewers, narrowest lines first.
 */

import type { DirectObstacle } from '../wire/reach.ts';
import { MAX_CONSUMER_FIGURES, type ConsumerFigures, type ViewerFigures } from '../wire/viewer-figures.ts';

export const MAX_VIEWER_FIGURES = 50;

/** The counters of a consumer, without those that it does not know yet. */
export interface MeasuredConsumer {
  readonly id: string;
  readonly cameraId: string;
  readonly stats: {
    packetsSent: number;
    packetsRetransmitted: number;
    repairPacketsSent?: number;
    fractionLost: number;
    rung?: ConsumerFigures['rung'] | undefined;
    /** Undefined while it is paused. */
    target?: { maxTid: number } | undefined;
    limitedBy?: ConsumerFigures['limitedBy'] | undefined;
    /** The estimate of the whole line, bits per second. */
    lineBps?: number | undefined;
  };
}

export interface MeasuredViewer {
  readonly id: string;
  readonly pathKind: 'udp' | 'tcp' | 'relay' | undefined;
  readonly obstacle: DirectObstacle | null;
  readonly consumers: ReadonlyMap<string, MeasuredConsumer>;
  readonly line: {
    figures(nowUs: number): { roundTripUs: number; targetBps?: number | undefined; queueUs?: number };
  };
}

export function viewerFigures(viewer: MeasuredViewer, nowUs: number): ViewerFigures {
  const { id: transportId, pathKind, obstacle, line } = viewer;
  const { roundTripUs, queueUs, ...known } = line.figures(nowUs);
  const consumers = Array.from(viewer.consumers.values(), consumerFigures);
  const [lineBps] = Array.from(viewer.consumers.values(), ({ stats }) => stats.lineBps);
  const targetBps = known.targetBps ?? lineBps;
  return {
    transportId,
    path: pathKind ?? null,
    obstacle,
    estimateBps: targetBps === undefined ? null : Math.round(targetBps),
    queueMs: queueUs === undefined ? null : Math.round(queueUs / 1000),
    roundTripMs: Math.round(roundTripUs / 1000),
    consumers: consumers
      .toSorted((a, b) => Number(b.layers !== null) - Number(a.layers !== null))
      .slice(0, MAX_CONSUMER_FIGURES),
  };
}

/** The figures of all viewers, the narrowest lines first, those without an estimate last. */
export function narrowestViewers(viewers: Iterable<MeasuredViewer>, nowUs: number): ViewerFigures[] {
  return Array.from(viewers, (viewer) => viewerFigures(viewer, nowUs))
    .toSorted((a, b) => (a.estimateBps ?? Infinity) - (b.estimateBps ?? Infinity))
    .slice(0, MAX_VIEWER_FIGURES);
}

function consumerFigures({ id, cameraId, stats }: MeasuredConsumer): ConsumerFigures {
  const { packetsSent, packetsRetransmitted, repairPacketsSent = 0, fractionLost } = stats;
  const { rung, target, limitedBy } = stats;
  const isSent = target !== undefined;
  return {
    consumerId: id,
    cameraId,
    rung: (isSent && rung) || null,
    layers: isSent ? target.maxTid + 1 : null,
    limitedBy: (isSent && limitedBy) || null,
    packetsSent,
    packetsRetransmitted,
    repairPacketsSent,
    fractionLost,
  };
}
