/**
 * Preloaded into a server (`--import`) whose power is to be cut: writes down, for each file, how much of it a finished
 * `datasync` has put onto the disk. VIGIE_SYNC_JOURNAL names the file it writes to.
 */

import { appendFileSync, fstatSync, readlinkSync } from 'node:fs';
import { open } from 'node:fs/promises';

interface SyncedHandle {
  readonly fd: number;
  datasync(): Promise<void>;
}

const journal = process.env['VIGIE_SYNC_JOURNAL'];
if (journal !== undefined) {
  const handle = await open('/dev/null');
  const prototype = Object.getPrototypeOf(handle) as SyncedHandle;
  await handle.close();
  const original = Object.getOwnPropertyDescriptor(prototype, 'datasync')?.value as () => Promise<void>;
  prototype.datasync = async function (this: SyncedHandle): Promise<void> {
    // This call promises nothing about later writes.
    const { size } = fstatSync(this.fd);
    const path = readlinkSync(`/proc/self/fd/${this.fd}`);
    await original.call(this);
    appendFileSync(journal, `${JSON.stringify({ path, size })}\n`);
  };
}
