/** A folder of a test's own. */

import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** @param context of the test, or of `node:test` itself: the folder is removed after it */
export function temporaryFolder(context: { after(remove: () => Promise<void>): void }): string {
  const folder = mkdtempSync(join(tmpdir(), 'vigie-test-'));
  context.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
