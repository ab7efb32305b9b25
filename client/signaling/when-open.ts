/** For what is told by notification and may have changed while the connection was down: asked for each time it opens. */

import type { SignalingClient } from './signaling-client.ts';

/** @param load called now if the connection is open, and whenever it opens. @returns what ends that */
export function whenOpen(signaling: Pick<SignalingClient, 'on' | 'state'>, load: () => void): () => void {
  if (signaling.state === 'open') load();
  return signaling.on('state', (state) => {
    if (state === 'open') load();
  });
}
