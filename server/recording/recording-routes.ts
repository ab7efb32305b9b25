/**
 * Routes of a camera's recordings: its timeline and the segments. Reading needs the right `lookBack`; changes need an
 * administrator.
 */

import { Router } from 'express';
import { VigieError } from '../errors.ts';
import type {
  RecordedAmount,
  RecordedSegment,
  RecordingSettings,
  RecordingStatus,
} from '../wire/recording.ts';
import type { Retention } from './retention.ts';
import type { Guard } from '../accounts/guard.ts';
import type { ReadFor } from '../store/work.ts';
import { EncodedJson } from '../http/json-answer.ts';
import { readFor, serve } from '../http/serve.ts';
import type { ExportJobs } from './export-jobs.ts';
import { sendPrefix } from './segment-prefix.ts';
import { endWhenStalled } from '../http/stall-watch.ts';
import { UserShares } from '../http/user-shares.ts';

/** A player reads two segments at once, in several ranges each, and a browser has six connections to a server. */
export const SEGMENT_SHARES = { total: 128, perUser: 16 };

/** One recording as the API needs it. */
export interface ListedRecording extends RecordedSegment {
  cameraId: string;
}

/** The part of the recordings that the API uses. */
export interface Recordings {
  readonly status: RecordingStatus;
  /** A Timeline as JSON in UTF-8. */
  timeline(cameraId: string, fromMs: number, toMs: number, reader: ReadFor): Promise<Uint8Array>;
  find(id: string): ListedRecording | undefined;
  /** Its file has no proper end: it is sent as one that is being written. */
  isCutOff(id: string): boolean;
  pathOf(recording: ListedRecording): string;
  setProtected(id: string, isProtected: boolean): Promise<void>;
  remove(id: string): Promise<void>;
  amountOf(cameraId: string, reader: ReadFor): Promise<RecordedAmount>;
  /** Those of a camera that was removed. */
  removeUnprotected(cameraId: string): Promise<void>;
  settingsOf(cameraId: string): RecordingSettings;
  setSettings(cameraId: string, settings: RecordingSettings): Promise<void>;
  isRecording(cameraId: string): boolean;
  exports: ExportJobs;
  retention: Pick<Retention, 'view' | 'setKeepDays' | 'expired'>;
}

export function recordingRoutes(
  recordings: Pick<Recordings, 'timeline' | 'find' | 'isCutOff' | 'pathOf' | 'setProtected' | 'remove'>,
  guard: Guard,
  stallMs?: number,
): Router {
  const router = Router();
  const segments = new UserShares({
    ...SEGMENT_SHARES,
    refusal: 'other downloads are still under way; end one first',
  });

  serve(
    router,
    'GET /api/cameras/:cameraId/timeline',
    async ({ request, response, params: { cameraId }, readQuery }) => {
      const reader = readFor(guard.viewerOf(request, 'lookBack', cameraId), response);
      const { from, to } = readQuery();
      const timeline = await recordings.timeline(cameraId, from, to, reader);
      // It waited its turn, and the right may be gone.
      guard.viewerOf(request, 'lookBack', cameraId);
      return new EncodedJson(timeline);
    },
  );

  serve(
    router,
    'GET /api/cameras/:cameraId/recordings/:recordingId.webm',
    async ({ request, response, params, readQuery }) => {
      const { userId } = guard.mediaViewerOf(request, 'lookBack', params.cameraId);
      const recording = find(params);
      const { bytes: upTo } = readQuery();
      response.once('close', segments.enter(userId, response));
      guard.streamTo(request, response, 'lookBack', params.cameraId);
      endWhenStalled(response, stallMs);
      const path = recordings.pathOf(recording);
      if (recording.open || upTo !== undefined || recordings.isCutOff(recording.id))
        return sendPrefix(request, response, {
          path,
          recordingId: recording.id,
          upTo,
          isOpen: recording.open,
        });
      response.sendFile(path, { cacheControl: false, dotfiles: 'allow' });
    },
  );

  serve(router, 'PATCH /api/cameras/:cameraId/recordings/:recordingId', ({ request, params, readBody }) => {
    guard.administrator(request);
    const { id } = find(params);
    return recordings.setProtected(id, readBody().protected);
  });

  serve(router, 'DELETE /api/cameras/:cameraId/recordings/:recordingId', ({ request, params }) => {
    guard.administrator(request);
    const recording = find(params);
    if (recording.open)
      throw new VigieError('conflict', 'this minute is still being recorded; try again later');
    return recordings.remove(recording.id);
  });

  /** Also when there is one of that id, but of another camera: the right was checked for this one. */
  function find({ cameraId, recordingId }: { cameraId: string; recordingId: string }): ListedRecording {
    const recording = recordings.find(recordingId);
    if (recording?.cameraId !== cameraId) throw new VigieError('notFound', 'there is no such recording');
    return recording;
  }

  return router;
}
