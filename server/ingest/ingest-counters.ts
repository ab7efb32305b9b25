/** Counters of ingest, for the metrics page and the tests. They only grow. */

import type { CleanJpeg } from '../core/video/clean-jpeg.ts';
import type { CAMERA_CLOSE } from '../wire/camera-protocol.ts';

/** Why a connection ended: the server's reasons, or `left` when the camera or the network ended it. */
export type CloseReason = keyof typeof CAMERA_CLOSE | 'left';

/** Why an upgrade request was refused. */
export type RefusalReason = 'wrongProtocol' | 'stopping';

/** Why a frame was dropped. */
export type DropReason = 'damaged' | 'tooLarge' | 'tooFast';

export interface IngestCounters {
  readonly connections: number;
  readonly welcomed: number;
  readonly frames: number;
  readonly jpegBytes: number;
  /** Replaced by a newer connection before the handshake was complete. */
  readonly displaced: number;
  readonly refused: Readonly<Record<RefusalReason, number>>;
  readonly closed: Readonly<Record<CloseReason, number>>;
  readonly dropped: Readonly<Record<DropReason, number>>;
  readonly mended: Readonly<MendedCounters>;
}

/** Frames whose JPEG was mended; see core/video/clean-jpeg.ts. */
export interface MendedCounters {
  trimmed: number;
  tablesAdded: number;
  metadataRemoved: number;
}

export function zeroMendedCounters(): MendedCounters {
  return { trimmed: 0, tablesAdded: 0, metadataRemoved: 0 };
}

/** @returns whether anything was mended */
export function countMended(
  { trimmedBytes, tablesAdded, metadataRemoved }: CleanJpeg,
  counters: MendedCounters,
): boolean {
  if (trimmedBytes > 0) counters.trimmed++;
  if (tablesAdded) counters.tablesAdded++;
  if (metadataRemoved) counters.metadataRemoved++;
  return trimmedBytes > 0 || tablesAdded || metadataRemoved;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends number ? T[K] : Mutable<T[K]> };
export type MutableIngestCounters = Mutable<IngestCounters>;

export function zeroIngestCounters(): MutableIngestCounters {
  return {
    connections: 0,
    welcomed: 0,
    frames: 0,
    jpegBytes: 0,
    displaced: 0,
    refused: { wrongProtocol: 0, stopping: 0 },
    closed: {
      handshakeTimeout: 0,
      unauthorized: 0,
      badMessage: 0,
      badFrame: 0,
      tooLarge: 0,
      replaced: 0,
      silent: 0,
      removed: 0,
      keyRotated: 0,
      serverStopping: 0,
      left: 0,
    },
    dropped: { damaged: 0, tooLarge: 0, tooFast: 0 },
    mended: zeroMendedCounters(),
  };
}
