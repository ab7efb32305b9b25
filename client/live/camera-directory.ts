/** The visible cameras and whether each is online, from the signaling. The last state stays until the next one arrives. */

import type { CameraView } from '../../server/wire/camera.ts';
import { Emitter } from '../emitter.ts';
import type { SignalingClient } from '../signaling/signaling-client.ts';

export class CameraDirectory extends Emitter<{ change: CameraDirectory }> {
  #cameras: readonly CameraView[] | null = null;

  constructor(signaling: SignalingClient) {
    super();
    signaling.on('cameras', ({ cameras }) => this.#set(cameras));
    signaling.on('cameraStatus', ({ cameraId, ...liveness }) => this.#update(cameraId, liveness));
    signaling.on('cameraAdvice', ({ cameraId, advice }) => this.#update(cameraId, { advice }));
  }

  /** In the server's order; null before it was ever told. */
  get all(): readonly CameraView[] | null {
    return this.#cameras;
  }

  find(cameraId: string): CameraView | undefined {
    return this.#cameras?.find(({ id }) => id === cameraId);
  }

  /** After signing out: the next user must not see the names. */
  clear(): void {
    this.#set(null);
  }

  #update(cameraId: string, change: Partial<CameraView>): void {
    if (!this.#cameras) return;
    this.#set(this.#cameras.map((camera) => (camera.id === cameraId ? { ...camera, ...change } : camera)));
  }

  #set(cameras: readonly CameraView[] | null): void {
    this.#cameras = cameras;
    this.emit('change', this);
  }
}
