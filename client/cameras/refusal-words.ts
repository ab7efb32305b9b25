/** Words for the pictures and messages of a camera that the server refused. */

import type { CameraRefusals, RefusalKind } from '../../server/wire/camera.ts';
import { shortDuration } from '../ui/relative-time.ts';

const WORDS: Record<RefusalKind, string> = {
  damaged: 'damaged',
  tooLarge: 'too large',
  tooFast: 'too many per second',
  undecodable: 'impossible to decode',
  violation: 'against the protocol',
};

/** @returns undefined when nothing was refused since the server started */
export function refusalText({ last, counts }: CameraRefusals, nowMs: number): string | undefined {
  if (!last) return undefined;
  const numbers = Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `${count.toLocaleString('en')} ${WORDS[kind as RefusalKind]}`);
  const what = `${WORDS[last.kind]} (${last.detail})`;
  return `Last picture refused ${shortDuration(nowMs - last.atMs)} ago: ${what}. Since the server started: ${numbers.join(', ')}.`;
}
