/** States and faults of recording in words. */

import type { GapReason, RecordingStatus } from '../../server/wire/recording.ts';

export const GAP_WORDS: Record<GapReason, string> = {
  cameraOffline: 'The camera sent no pictures',
  switchedOff: 'The camera was switched off',
  serverDown: 'The server was not running',
  overload: 'The server’s disk was too slow',
  quotaFull: 'Storage was full of protected recordings',
  clockChanged: 'The server’s clock was changed, or the server slept',
  cameraFrozen: 'The camera sent the same picture repeatedly: its sensor hangs',
  failed: 'Recording failed; the server’s log says why',
  diskFull: 'The server’s disk was full or missing',
};

/** Why nothing is recorded although it should be, and what to do; null when all is well. */
export function alarmText({ alarm }: RecordingStatus): string | null {
  if (alarm === 'quotaFull')
    return 'Recording has stopped: storage is full of protected recordings. Delete some of them, or raise the storage limit.';
  if (alarm === 'diskFull')
    return 'Recording has stopped: the server’s disk is full. Recording resumes automatically when there is free space.';
  if (alarm === 'folderMissing')
    return 'Recording has stopped: the folder of the recordings, or its disk, is missing. Recording resumes automatically when it is back.';
  return null;
}
