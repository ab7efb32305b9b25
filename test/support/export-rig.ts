/** Exports over a library in a temporary folder, with a disk and a clock in the test's hands. */

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { EncodedFrame } from '../../server/core/video/encoded-frame.ts';
import type { QuotaLimits } from '../../server/core/recording/quota-ring.ts';
import { createLog } from '../../server/log.ts';
import type { ExportJob } from '../../server/recording/export-job.ts';
import { ExportJobs } from '../../server/recording/export-jobs.ts';
import { ExportSpace } from '../../server/recording/export-space.ts';
import { RecordingLibrary } from '../../server/recording/recording-library.ts';
import { encodedFrames } from './encoded-frames.ts';
import { moved, recordAll, RecordingRig } from './recording-rig.ts';

export const EXPORT_LIFETIME_MS = 10 * 60_000;

export interface ExportRigOptions {
  limits?: Partial<QuotaLimits>;
  /** Free bytes of the disk while nothing is exported. */
  freeBytes?: () => number;
}

export class ExportRig {
  readonly rig: RecordingRig;
  readonly library: RecordingLibrary;
  readonly space: ExportSpace;
  readonly exports: ExportJobs;
  readonly frames: readonly EncodedFrame[];
  readonly cameraId: string;
  readonly startMs: number;
  nowMs = 0;

  static async make(context: TestContext, options: ExportRigOptions = {}): Promise<ExportRig> {
    const rig = await RecordingRig.make(context);
    const space = new ExportSpace();
    const { freeBytes = () => 1e9 } = options;
    const library = await RecordingLibrary.open({
      folder: rig.folder,
      store: rig.store.recordings,
      limits: { totalBytes: 1e8, cameraBytes: new Map(), freeFloorBytes: 0, ...options.limits },
      log: createLog('silent'),
      // The disk has what exports have written.
      freeBytes: () => Promise.resolve(freeBytes() - space.writtenBytes),
      passingBytes: () => space.writtenBytes,
    });
    let opened: ExportRig | undefined;
    const exports = await ExportJobs.open({
      library,
      space,
      recordingsFolder: rig.folder,
      log: createLog('silent'),
      nowMs: () => opened?.nowMs ?? 0,
      lifetimeMs: EXPORT_LIFETIME_MS,
    });
    context.after(() => exports.close());
    opened = new ExportRig(rig, library, space, exports);
    return opened;
  }

  private constructor(rig: RecordingRig, library: RecordingLibrary, space: ExportSpace, exports: ExportJobs) {
    [this.rig, this.library, this.space, this.exports] = [rig, library, space, exports];
    this.frames = encodedFrames({ count: 50 });
    this.cameraId = this.frames[0]?.cameraId ?? '';
    this.startMs = (this.frames[0]?.captureUs ?? 0) / 1000;
  }

  get lengthMs(): number {
    return (this.frames.at(-1)?.captureUs ?? 0) / 1000 - this.startMs;
  }

  /** One segment each minute. */
  async record(count: number, cameraId = this.cameraId): Promise<string[]> {
    const ids: string[] = [];
    for (let n = 0; n < count; n++)
      ids.push(await recordAll(this.library, moved(this.frames, cameraId, n * 60_000)));
    return ids;
  }

  /** Creates an export of everything, and a little more. */
  create(userId = 'anna', lengthMs = 3_600_000): Promise<ExportJob> {
    return this.exports.create({
      userId,
      cameraId: this.cameraId,
      fromMs: this.startMs,
      toMs: this.startMs + lengthMs,
    });
  }

  /** Its file, once it is there. */
  async made(userId = 'anna', lengthMs?: number): Promise<ExportJob> {
    const job = await this.create(userId, lengthMs);
    await job.whenReady();
    return job;
  }

  get files(): string[] {
    const folder = join(this.rig.folder, '.exports');
    return existsSync(folder) ? readdirSync(folder) : [];
  }
}
