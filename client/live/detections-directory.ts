/**
 * Detections of the cameras that a page shows with boxes. The server sends only requested ones.
 *
 * Invariant: they are requested once per camera, however many elements show it, and again on each connection.
 */

import { Emitter } from '../emitter.ts';
import type { SignalingClient } from '../signaling/signaling-client.ts';
import { DetectionTrack } from './detection-track.ts';

interface Watched {
  track: DetectionTrack;
  watchers: number;
}

export class DetectionsDirectory extends Emitter<{ change: string }> {
  readonly #signaling: Pick<SignalingClient, 'on' | 'state' | 'request'>;
  readonly #watched = new Map<string, Watched>();

  constructor(signaling: Pick<SignalingClient, 'on' | 'state' | 'request'>) {
    super();
    this.#signaling = signaling;
    signaling.on('detections', (detections) => {
      this.#watched.get(detections.cameraId)?.track.add(detections);
      this.emit('change', detections.cameraId);
    });
    signaling.on('state', (state) => {
      if (state !== 'open') return;
      for (const [cameraId, { track }] of this.#watched) {
        // A restarted server counts its time from the start.
        track.clear();
        this.#ask(cameraId, true);
      }
    });
  }

  /** @returns the camera's track, and a function that ends the watch; idempotent */
  watch(cameraId: string): { track: DetectionTrack; stop: () => void } {
    const watched = this.#watched.get(cameraId) ?? { track: new DetectionTrack(), watchers: 0 };
    this.#watched.set(cameraId, watched);
    if (++watched.watchers === 1) this.#ask(cameraId, true);
    let isOver = false;
    const stop = (): void => {
      if (isOver) return;
      isOver = true;
      if (--watched.watchers > 0) return;
      this.#watched.delete(cameraId);
      this.#ask(cameraId, false);
    };
    return { track: watched.track, stop };
  }

  #ask(cameraId: string, enabled: boolean): void {
    if (this.#signaling.state !== 'open') return;
    // Without the right there are no boxes; without a connection the next one asks again.
    this.#signaling.request('setDetections', { cameraId, enabled }).catch(() => undefined);
  }
}
