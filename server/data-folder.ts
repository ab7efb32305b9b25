/**
 * Opens the data folder at the start: locks it for this server, checks it, and opens its database. It closes in the reverse
 * order, so that the next server finds everything written.
 *
 * Invariant: each recording can be watched and deleted by somebody. Recordings of a camera that a restored database does not know
 * belong to a removed camera.
 */

import { join } from 'node:path';
import { wallMs } from './core/clock.ts';
import type { Config } from './config/config.ts';
import type { Log } from './log.ts';
import { recordedCameraIds } from './recording/recording-folder.ts';
import { confirmer } from './start/terminal.ts';
import { DataLock } from './store/data-lock.ts';
import { admitDatabase } from './store/first-start.ts';
import { openStores, type OpenStores } from './stores.ts';

export interface DataFolder {
  store: OpenStores;
  close(): Promise<void>;
}

/**
 * @throws VigieError `configuration` when another server has the folder, its database cannot be used, or there is none beside
 *   recordings
 */
export async function openDataFolder({ dataDir, command }: Config, log: Log): Promise<DataFolder> {
  await using opened = new AsyncDisposableStack();
  opened.adopt(DataLock.take(dataDir), (lock) => lock.close());
  const { newDatabase, confirmed } =
    command.name === 'serve' ? command : { newDatabase: false, confirmed: false };
  const cameraIds = await recordedCameraIds(join(dataDir, 'recordings'));
  const isNew = await admitDatabase({
    dataDir,
    newDatabase,
    hasRecordings: cameraIds.length > 0,
    confirm: confirmer(confirmed),
    log: log.child({ component: 'store' }),
  });
  const store = opened.adopt(openStores(dataDir, log), (each) => each.close());
  // Recordings are found through their camera.
  for (const id of cameraIds) {
    const adopted = isNew ? adoptCamera(store, id) : store.removedCameras.add(id, nameOf(id), wallMs());
    await adopted;
  }
  const open = opened.move();
  return { store, close: () => open.disposeAsync() };
}

/** A camera with the older firmware is identified by its port. */
async function adoptCamera({ cameras }: OpenStores, id: string): Promise<void> {
  const kind = id === 'demo' ? 'demo' : id.startsWith('seed-') ? 'seed' : 'v1';
  await cameras.ensure(id, nameOf(id), kind, wallMs());
}

function nameOf(id: string): string {
  return `Camera ${id}`;
}
