import { open } from 'node:fs/promises';
import { dirname } from 'node:path';

/** A new name, or a removed one, is on the disk only once its folder is. */
export async function syncFolderOf(path: string): Promise<void> {
  const folder = await open(dirname(path));
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
