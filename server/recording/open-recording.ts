/** Opens recording: library, recorder and exports. */

import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Recordings } from './recording-routes.ts';
import { monotonicMs, serverClock } from '../core/clock.ts';
import type { SiteClockView } from '../wire/site.ts';
import { Retention } from './retention.ts';
import type { RetentionStore } from './retention-store.ts';
import type { CameraLifecycleListener, KnownCameras } from '../core/cameras.ts';
import type { QuotaLimits } from '../core/recording/quota-ring.ts';
import type { ClockChange, Dates } from '../core/site-clock.ts';
import type { Log } from '../log.ts';
import { Recorder, type RecorderOptions } from './recorder.ts';
import { ExportJobs } from './export-jobs.ts';
import { ExportSpace } from './export-space.ts';
import { isRecordingFolder } from './recording-folder.ts';
import { RecordingLibrary } from './recording-library.ts';
import type { RecordingStore } from './recording-store.ts';
import type { EventView } from '../wire/event.ts';
import type { RecordingStatus } from '../wire/recording.ts';

export interface OpenRecordingOptions {
  dataDir: string;
  store: {
    cameras: KnownCameras;
    recordings: RecordingStore;
    removedCameras: { forgetEmpty(): Promise<void> };
    retention: RetentionStore;
  };
  limits: Omit<QuotaLimits, 'cameraBytes'>;
  video: RecorderOptions['video'];
  pictures: RecorderOptions['pictures'];
  liveness?: RecorderOptions['liveness'];
  /** Called when recording stops because the disk is full or missing, and when it continues. */
  onAlarm: (status: RecordingStatus) => void;
  log: Log;
  dates: Dates;
  /** Whether the site's clock can be right; if missing, unknown. */
  clockTrust?: { readonly view: SiteClockView; readonly isSynchronized: boolean };
  /** Time zone of the schedules, IANA. */
  timeZone: () => string;
  /** Bytes that backups occupy in the data folder for minutes. */
  passingBytes?: () => number;
}

export interface Recording extends CameraLifecycleListener {
  library: RecordingLibrary;
  recorder: Recorder;
  /** As the API sees them. */
  recordings: Recordings;
  /** Whether their folder is there, and the disk it is on. */
  isThere(): Promise<boolean>;
  /** Before the event is stored: the recording that it starts must not miss the following frames. */
  onEvent(event: EventView): void;
  onClockChanged(change: ClockChange): void;
  /** A user's rights have changed: removes their exports of cameras without the right. */
  onAccessChanged(userId: string, mayLookBack: (cameraId: string) => boolean): void;
  close(): Promise<void>;
}

/** Repairs what a crash left, then records every camera as configured. */
export async function openRecording(options: OpenRecordingOptions): Promise<Recording> {
  const { dataDir, limits, video, pictures, liveness, dates, timeZone, passingBytes = () => 0 } = options;
  const log = options.log.child({ component: 'recording' });
  const folder = join(dataDir, 'recordings');
  const store = options.store.recordings;
  const space = new ExportSpace();
  const library: RecordingLibrary = await RecordingLibrary.open({
    folder,
    store,
    limits: { ...limits, cameraBytes: new Map() },
    passingBytes: () => {
      const ofOthers = passingBytes();
      return space.writtenBytes + (ofOthers > 0 && isOneDisk(folder, dataDir) ? ofOthers : 0);
    },
    onAlarm: () => options.onAlarm(library.status),
    log,
    dates,
  });
  const exports = await ExportJobs.open({ library, space, recordingsFolder: folder, log });
  const recorder = new Recorder({
    video,
    pictures,
    ...(liveness && { liveness }),
    library,
    store,
    limits,
    log,
    dates,
    timeZone,
  });
  options.store.removedCameras.forgetEmpty().catch((error: unknown) => {
    log.error({ err: error }, 'failed to forget removed cameras without recordings');
  });
  const { clockTrust } = options;
  const retention = new Retention({
    store: options.store.retention,
    library,
    nowMs: () => dates.dateMs(serverClock()),
    steadyMs: monotonicMs,
    clock: () => ({
      hasProblem: clockTrust?.view.problem !== null,
      isSynchronized: clockTrust?.isSynchronized ?? false,
    }),
    log,
  });
  for (const { id } of options.store.cameras.list()) recorder.addCamera(id);
  /** A download is a copy: existing ones are deleted with the recordings, and so are those requested meanwhile. */
  const withoutExports = async (cameraId: string, removal: () => Promise<void>): Promise<void> => {
    const remove = (): Promise<void> => exports.removeIf((job) => job.cameraId === cameraId);
    await remove();
    try {
      await removal();
    } finally {
      await remove();
    }
  };
  const recordings: Recordings = {
    get status() {
      return library.status;
    },
    timeline: (cameraId, fromMs, toMs, who) => library.timeline(cameraId, fromMs, toMs, who),
    find: (id) => library.find(id),
    isCutOff: (id) => library.isCutOff(id),
    pathOf: (recording) => library.pathOf(recording),
    setProtected: (id, isProtected) => library.setProtected(id, isProtected),
    remove: (id) => library.remove(id),
    amountOf: (cameraId, who) => store.amountOf(cameraId, who),
    removeUnprotected: async (cameraId) => {
      await withoutExports(cameraId, () => library.removeUnprotected(cameraId));
      await options.store.removedCameras.forgetEmpty();
    },
    settingsOf: (cameraId) => recorder.settingsOf(cameraId),
    setSettings: (cameraId, settings) => recorder.setSettings(cameraId, settings),
    isRecording: (cameraId) => recorder.isRecording(cameraId),
    exports,
    retention,
  };
  return {
    library,
    recorder,
    recordings,
    isThere: () => isRecordingFolder(folder),
    addCamera: (cameraId) => recorder.addCamera(cameraId),
    removeCamera: async (cameraId, fate) => {
      const remove = (): Promise<void> => recorder.removeCamera(cameraId, fate);
      await (fate === 'deleted' ? withoutExports(cameraId, remove) : remove());
    },
    switchCamera: (cameraId) => recorder.switchCamera(cameraId),
    onEvent: (event) => recorder.onEvent(event),
    onClockChanged: (change) => {
      if (change.kind === 'stepped') retention.onClockStepped();
      recorder.onClockChanged(change);
    },
    onAccessChanged: (userId, mayLookBack) => {
      exports
        .removeIf((job) => job.userId === userId && !mayLookBack(job.cameraId))
        .catch((error: unknown) => log.error({ err: error, userId }, 'failed to remove exports'));
    },
    close: async () => {
      retention.close();
      await exports.close();
      await recorder.close();
    },
  };
}

/** The recordings may be on a separate disk. */
function isOneDisk(one: string, other: string): boolean {
  const [a, b] = [one, other].map((folder) => statSync(folder, { throwIfNoEntry: false }));
  return a !== undefined && a.dev === b?.dev;
}
