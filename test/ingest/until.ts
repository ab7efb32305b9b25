/** Waits for something that sends no event of its own. The test's own time limit ends it. */

import { setTimeout } from 'node:timers/promises';

const LOOK_AGAIN_MS = 5;

export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await setTimeout(LOOK_AGAIN_MS);
}
