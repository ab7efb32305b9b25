/**
 * Puts the recordings in order at the start, after a crash or power cut: open segments are repaired, files missing from the index
 * are taken in, entries without a file and files without a picture are removed.
 */

import { glob, rm, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { Log } from '../log.ts';
import { randomId } from '../store/random-id.ts';
import type { RecordingStore, StoredSegment } from './recording-store.ts';
import { parseRecordingPath, recordingPath, type RecordingName } from './recording-path.ts';
import { REPAIR_SUFFIX, repairWebm } from './repair-webm.ts';

export async function tidyRecordings(folder: string, store: RecordingStore, log: Log): Promise<void> {
  const counts = { repaired: 0, takenIn: 0, removed: 0, missing: 0 };
  const known = new Map(store.all().map((segment) => [recordingPath(segment), segment]));
  const seen = new Set<string>();
  const found: { path: string; name: RecordingName }[] = [];
  for await (const path of glob('*/*/*', { cwd: folder })) {
    if (path.endsWith(REPAIR_SUFFIX)) await rm(join(folder, path), { force: true });
    const name = parseRecordingPath(path.split(sep).join('/'));
    // Other files in the folder are left alone.
    if (name) found.push({ path, name });
  }
  // In the order of the index: the name of a file that is added gives its age.
  found.sort((a, b) => a.name.startMs - b.name.startMs);
  for (const { path, name } of found) {
    seen.add(path);
    const segment = known.get(path);
    try {
      const outcome = await tidyFile(join(folder, path), name, segment, store);
      if (outcome) counts[outcome]++;
    } catch (error) {
      log.error({ err: error, path }, 'failed to inspect a recording');
    }
  }
  for (const [path, { id }] of known) {
    if (seen.has(path)) continue;
    await store.remove(id);
    counts.missing++;
  }
  if (Object.values(counts).some((count) => count > 0)) log.info(counts, 'recordings tidied');
}

async function tidyFile(
  path: string,
  name: RecordingName,
  segment: StoredSegment | undefined,
  store: RecordingStore,
): Promise<'repaired' | 'takenIn' | 'removed' | undefined> {
  const { size } = await stat(path);
  if (segment && !segment.open && segment.bytes === size) return undefined;
  const repaired = await repairWebm(path, name.startMs);
  if (!repaired) {
    await rm(path, { force: true });
    if (segment) await store.remove(segment.id);
    return 'removed';
  }
  const id = segment?.id ?? randomId('rec');
  await store.put({ id, ...name, protected: segment?.protected ?? false, ...repaired, open: false });
  return segment ? 'repaired' : 'takenIn';
}
