/** A library of recordings in a temporary folder, with the real index. */

import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { EncodedFrame } from '../../server/core/video/encoded-frame.ts';
import type { QuotaLimits } from '../../server/core/recording/quota-ring.ts';
import type { Dates } from '../../server/core/site-clock.ts';
import { createLog } from '../../server/log.ts';
import { RecordingLibrary } from '../../server/recording/recording-library.ts';
import { openInProcessStore, type InProcessStore } from './in-process-store.ts';

export const PLENTY: QuotaLimits = { totalBytes: 1e12, cameraBytes: new Map(), freeFloorBytes: 0 };

export class RecordingRig {
  readonly dataDir: string;
  readonly folder: string;
  store: InProcessStore;

  static async make(t: TestContext): Promise<RecordingRig> {
    const rig = new RecordingRig(await mkdtemp(join(tmpdir(), 'vigie-recording-')));
    t.after(async () => {
      await rig.store.close();
      await rm(rig.dataDir, { recursive: true, force: true, maxRetries: 3 });
    });
    return rig;
  }

  private constructor(dataDir: string) {
    this.dataDir = dataDir;
    this.folder = join(dataDir, 'recordings');
    this.store = openInProcessStore(dataDir);
  }

  open(
    limits: QuotaLimits = PLENTY,
    freeBytes?: () => Promise<number>,
    dates?: Dates,
  ): Promise<RecordingLibrary> {
    return RecordingLibrary.open({
      folder: this.folder,
      store: this.store.recordings,
      limits,
      log: createLog('silent'),
      ...(freeBytes && { freeBytes }),
      ...(dates && { dates }),
    });
  }

  /** Like after a crash: the index as it is on the disk, nothing in memory. */
  async reopen(limits?: QuotaLimits): Promise<RecordingLibrary> {
    await this.store.close();
    this.store = openInProcessStore(this.dataDir);
    return this.open(limits);
  }

  async files(): Promise<string[]> {
    const entries = await readdir(this.folder, { recursive: true });
    return entries.filter((path) => path.includes('.webm')).toSorted();
  }

  async bytesOnDisk(): Promise<number> {
    const sizes = await Promise.all((await this.files()).map((path) => stat(join(this.folder, path))));
    return sizes.reduce((sum, { size }) => sum + size, 0);
  }
}

/** The same frames for another camera, or later. */
export function moved(frames: readonly EncodedFrame[], cameraId: string, byMs: number): EncodedFrame[] {
  return frames.map((frame) => ({ ...frame, cameraId, captureUs: frame.captureUs + byMs * 1000 }));
}

export async function recordAll(
  library: RecordingLibrary,
  frames: readonly EncodedFrame[],
  isProtected = false,
): Promise<string> {
  const [first] = frames;
  if (!first) throw new Error('there is nothing to record');
  const recording = await library.begin(first, isProtected);
  for (const frame of frames) recording.add(frame);
  await recording.close();
  return recording.id;
}
