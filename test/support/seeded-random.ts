/** Randomness for properties: different in each run, and reproducible by the seed that a failure prints. */

import { randomSequence } from '../../server/virtual-camera/scene-palette.ts';

export function seededRandom(): { random: () => number; label: string } {
  const seed = Number(process.env['VIGIE_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 32));
  return { random: randomSequence(seed), label: `VIGIE_TEST_SEED=${seed}` };
}
