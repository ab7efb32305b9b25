/**
 * Recordings: what a camera records, what is there of it, the films themselves, and a range of them to take away. Seeing them
 * needs the right to watch the camera; changing anything is administrators' work.
 */

import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { setTimeout } from 'node:timers/promises';
import { Router, type Response } from 'express';
import { VigieError } from '../errors.ts';
import type { RecordedSegment, RecordingSettings, RecordingStatus } from '../wire/recording.ts';
import { findCamera, type KnownCameras } from '../core/cameras.ts';
import type { Guard } from '../accounts/guard.ts';
import type { ReadFor } from '../store/work.ts';
import { readFor } from '../http/read-for.ts';
import { parseRequest } from '../http/request-bodies.ts';
import { PROTECT_RECORDING, RECORDING_SETTINGS, TIME_RANGE, TIMELINE_RANGE } from '../wire/recording.ts';
import { UserShares } from '../http/user-shares.ts';

/** A player reads two films at once, in several ranges each, and a browser has six connections to a server. */
export const FILM_SHARES = { total: 128, perUser: 16 };
/** Each is a copy of up to two hours of recordings. */
export const EXPORT_SHARES = { total: 8, perUser: 2 };
/** For a recording that somebody wants to see while it is being written. */
const MAX_WAIT_MS = 15_000;

/** One recording as the API needs it. */
export interface ListedRecording extends RecordedSegment {
  cameraId: string;
}

/** What the API asks of the recordings; main connects it. */
export interface Recordings {
  readonly status: RecordingStatus;
  /** A Timeline as JSON in UTF-8. */
  timeline(cameraId: string, fromMs: number, toMs: number, who: ReadFor): Promise<Uint8Array>;
  find(id: string): ListedRecording | undefined;
  /** One that is still being written is ended, which takes until the next keyframe. */
  finish(recording: ListedRecording): Promise<void>;
  pathOf(recording: ListedRecording): string;
  setProtected(id: string, isProtected: boolean): Promise<void>;
  remove(id: string): Promise<void>;
  settingsOf(cameraId: string): RecordingSettings;
  setSettings(cameraId: string, settings: RecordingSettings): Promise<void>;
  isRecording(cameraId: string): boolean;
  /** @throws VigieError as RecordingExport.range */
  exportRange(
    cameraId: string,
    fromMs: number,
    toMs: number,
    stopped: AbortSignal,
  ): Promise<{ path: string; startMs: number; close(): Promise<void> }>;
}

export function recordingRoutes(recordings: Recordings, cameras: KnownCameras, guard: Guard): Router {
  const router = Router();
  const refusal = 'other downloads are still under way; end one first';
  const films = new UserShares({ ...FILM_SHARES, refusal });
  const exports = new UserShares({ ...EXPORT_SHARES, refusal });

  router.get('/:id/recording', (request, response) => {
    guard.administrator(request);
    const id = findCamera(cameras, request.params.id).id;
    response.json({
      settings: recordings.settingsOf(id),
      recording: recordings.isRecording(id),
      status: recordings.status,
    });
  });

  router.put('/:id/recording', async (request, response) => {
    guard.administrator(request);
    const id = findCamera(cameras, request.params.id).id;
    await recordings.setSettings(id, parseRequest(RECORDING_SETTINGS, request.body));
    response.status(204).end();
  });

  router.get('/:id/timeline', async (request, response) => {
    const { id } = request.params;
    const who = readFor(guard.viewerOf(request, id), response);
    const { from, to } = parseRequest(TIMELINE_RANGE, request.query);
    const { buffer, byteOffset, byteLength } = await recordings.timeline(id, from, to, who);
    // It waited its turn, and the right may be gone.
    guard.viewerOf(request, id);
    response.type('json').send(Buffer.from(buffer, byteOffset, byteLength));
  });

  router.get('/:id/recordings/:recordingId.webm', async (request, response) => {
    const { userId } = guard.mediaViewerOf(request, request.params.id);
    let recording = find(request.params);
    response.once('close', films.enter(userId, response));
    if (recording.open) {
      await Promise.race([recordings.finish(recording), setTimeout(MAX_WAIT_MS, undefined, { ref: false })]);
      // Both may be another by now.
      guard.mediaViewerOf(request, request.params.id);
      recording = find(request.params);
    }
    if (recording.open)
      throw new VigieError('unavailable', 'this minute is still being recorded', { retryAfterSeconds: 10 });
    // A film never changes once it is whole; only the right to see it may.
    response.setHeader('Cache-Control', 'private, max-age=3600');
    response.sendFile(recordings.pathOf(recording), { cacheControl: false, dotfiles: 'allow' });
  });

  router.patch('/:id/recordings/:recordingId', async (request, response) => {
    guard.administrator(request);
    const recording = find(request.params);
    await recordings.setProtected(recording.id, parseRequest(PROTECT_RECORDING, request.body).protected);
    response.status(204).end();
  });

  router.delete('/:id/recordings/:recordingId', async (request, response) => {
    guard.administrator(request);
    const recording = find(request.params);
    if (recording.open)
      throw new VigieError('conflict', 'this minute is still being recorded; try again later');
    await recordings.remove(recording.id);
    response.status(204).end();
  });

  router.get('/:id/export.webm', async (request, response) => {
    const { userId } = guard.mediaViewerOf(request, request.params.id);
    const { from, to } = parseRequest(TIME_RANGE, request.query);
    const leave = exports.enter(userId, response);
    const gone = new AbortController();
    response.once('close', () => {
      gone.abort();
      leave();
    });
    const file = await recordings.exportRange(request.params.id, from, to, gone.signal);
    try {
      await send(file, request.params.id, response);
    } finally {
      await file.close();
    }
  });

  /** Also when there is one of that id, but of another camera: the right was checked for this one. */
  function find({ id, recordingId }: { id: string; recordingId: string }): ListedRecording {
    const recording = recordings.find(recordingId);
    if (recording?.cameraId !== id) throw new VigieError('notFound', 'there is no such recording');
    return recording;
  }

  return router;
}

/** GET /api/recording: how much room there is for recordings, and whether they stand still for want of it. */
export function recordingStatusRoutes(recordings: Pick<Recordings, 'status'>, guard: Guard): Router {
  const router = Router();
  router.get('/', (request, response) => {
    guard.administrator(request);
    response.json(recordings.status);
  });
  return router;
}

async function send(
  { path, startMs }: { path: string; startMs: number },
  cameraId: string,
  response: Response,
): Promise<void> {
  const time = new Date(startMs).toISOString().slice(0, 19).replaceAll(':', '-');
  response.attachment(`${cameraId}-${time}Z.webm`);
  response.setHeader('Content-Length', (await stat(path)).size);
  // Who goes away in the middle of it needs no answer.
  await pipeline(createReadStream(path), response).catch(() => response.destroy());
}
