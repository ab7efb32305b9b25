/**
 * The number of frames that one camera may have unacknowledged, as last sent to it.
 *
 * Invariant: the window only grows: a camera that sends less than before is not slowed by a larger one.
 */

import { ackWindowSize, MIN_ACK_WINDOW } from '../core/link/ack-window-size.ts';
import { VigieError } from '../errors.ts';
import type { CameraCommands } from './camera-commands.ts';

export class AckWindowSetting {
  #size = MIN_ACK_WINDOW;

  get size(): number {
    return this.#size;
  }

  async widen(roundTripUs: number, fps: number, commands: CameraCommands): Promise<void> {
    const wanted = ackWindowSize(roundTripUs, fps);
    if (wanted <= this.#size) return;
    this.#size = wanted;
    try {
      await commands.run({ type: 'set', ackWindow: wanted });
    } catch (error) {
      // A camera that keeps its former window is only slower than it could be.
      if (!(error instanceof VigieError)) throw error;
    }
  }
}
