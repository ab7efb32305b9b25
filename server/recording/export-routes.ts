/**
 * Exports: a user requests a range of recordings as one file, polls its progress, and fetches it once. They need the right
 * `lookBack` to the camera, checked again after each wait, and belong to that user alone.
 */

import { Router, type Request, type Response } from 'express';
import type { Guard } from '../accounts/guard.ts';
import type { Caller } from '../accounts/api-keys.ts';
import { readFor, serve } from '../http/serve.ts';
import { endWhenStalled } from '../http/stall-watch.ts';
import { UserShares } from '../http/user-shares.ts';
import { MISSING_HEADER } from '../wire/recording-export.ts';
import type { ExportJob } from './export-job.ts';
import type { ExportJobs } from './export-jobs.ts';

/** Answers that send one, or wait for it. Several ranges of a file may be fetched at a time. */
export const EXPORT_ANSWER_SHARES = { total: 64, perUser: 8 };

/** @param stallMs after which a download without progress ends; for tests */
export function exportRoutes(exports: ExportJobs, guard: Guard, stallMs?: number): Router {
  const router = Router();
  const answers = new UserShares({
    ...EXPORT_ANSWER_SHARES,
    refusal: 'your other downloads are still under way; end one first',
  });
  const mayLookBack = (request: Request, cameraId: string): Caller =>
    guard.viewerOf(request, 'lookBack', cameraId);
  const mayFetch = (request: Request, cameraId: string): Caller =>
    guard.mediaViewerOf(request, 'lookBack', cameraId);

  serve(router, 'GET /api/exports', ({ request }) => {
    const who = guard.caller(request);
    const mine = exports.listOf(who.userId);
    return mine.filter(({ cameraId }) => guard.may(who, 'lookBack', cameraId)).map(({ view }) => view);
  });

  serve(
    router,
    'POST /api/cameras/:cameraId/exports',
    async ({ request, response, params: { cameraId }, readBody }) => {
      const { userId } = mayLookBack(request, cameraId);
      const range = readBody();
      const job = await exports.create({ userId, cameraId, ...range }, readFor({ userId }, response));
      await removeUnlessAllowed(job, () => mayLookBack(request, cameraId));
      response.location(`/api/cameras/${cameraId}/exports/${job.id}`);
      return job.view;
    },
  );

  serve(
    router,
    'GET /api/cameras/:cameraId/exports/:exportId.webm',
    ({ request, response, params: { cameraId, exportId } }) => {
      const { userId } = mayFetch(request, cameraId);
      const job = exports.find(userId, cameraId, exportId);
      job.file();
      response.once('close', answers.enter(userId, response));
      guard.streamTo(request, response, 'lookBack', cameraId);
      return send(job, response);
    },
  );

  serve(router, 'GET /api/cameras/:cameraId/exports/:exportId', ({ request, params }) => {
    const { cameraId, exportId } = params;
    const { userId } = mayLookBack(request, cameraId);
    return exports.view(userId, cameraId, exportId);
  });

  serve(router, 'DELETE /api/cameras/:cameraId/exports/:exportId', ({ request, params }) => {
    const { cameraId, exportId } = params;
    const { userId } = mayLookBack(request, cameraId);
    return exports.remove(exports.find(userId, cameraId, exportId));
  });

  /** For programs, and for clips of events: made, sent and removed in one answer. */
  serve(
    router,
    'GET /api/cameras/:cameraId/export.webm',
    async ({ request, response, params: { cameraId }, readQuery }) => {
      const { userId } = mayFetch(request, cameraId);
      const { from: fromMs, to: toMs } = readQuery();
      response.once('close', answers.enter(userId, response));
      const job = await exports.create({ userId, cameraId, fromMs, toMs }, readFor({ userId }, response));
      if (response.destroyed) return exports.remove(job);
      response.once('close', () => void exports.remove(job));
      await job.whenReady();
      await removeUnlessAllowed(job, () => guard.streamTo(request, response, 'lookBack', cameraId));
      await send(job, response);
    },
  );

  /** The request has waited, and the right may have ended. */
  async function removeUnlessAllowed(job: ExportJob, check: () => unknown): Promise<void> {
    try {
      check();
    } catch (error) {
      await exports.remove(job);
      throw error;
    }
  }

  async function send(job: ExportJob, response: Response): Promise<void> {
    const { path, startMs, missing } = job.file();
    const time = new Date(startMs).toISOString().slice(0, 19).replaceAll(':', '-');
    const ended = job.read(() => response.destroy());
    response.once('close', () => {
      ended(response.writableFinished && isWhole(response));
      void exports.sweep();
    });
    endWhenStalled(response, stallMs);
    response.attachment(`${job.cameraId}-${time}Z.webm`);
    response.setHeader('Cache-Control', 'private, no-store');
    response.setHeader(MISSING_HEADER, missing);
    const sent = Promise.withResolvers<void>();
    response.sendFile(path, { cacheControl: false, dotfiles: 'allow' }, (error: unknown) => {
      if (!error || isGone(error)) sent.resolve();
      else sent.reject(error);
    });
    await sent.promise;
  }

  return router;
}

/** The answer is sent to the last byte. */
function isWhole(response: Response): boolean {
  const { statusCode, req } = response;
  if (req.method !== 'GET') return false;
  if (statusCode === 200) return true;
  const [, last, size] = /bytes \d+-(\d+)\/(\d+)/.exec(String(response.getHeader('Content-Range'))) ?? [];
  return statusCode === 206 && last !== undefined && Number(last) === Number(size) - 1;
}

/** A client that goes away in the middle of it needs no answer. */
function isGone(error: unknown): boolean {
  return ['ECONNABORTED', 'EPIPE', 'ECONNRESET'].includes(String((error as NodeJS.ErrnoException).code));
}
