/**
 * The visible cameras with the user's rights and their status, from the signaling. The last state stays until the next one
 * arrives.
 */

import type { CameraView } from '../../server/wire/camera.ts';
import type { Right } from '../../server/wire/rights.ts';
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

  /** In the server's order; null before the first list. */
  get all(): readonly CameraView[] | null {
    return this.#cameras;
  }

  find(cameraId: string): CameraView | undefined {
    return this.#cameras?.find(({ id }) => id === cameraId);
  }

  /** False for an unknown camera. The server checks every call itself; this hides actions that it would refuse. */
  may(right: Right, cameraId: string): boolean {
    return this.find(cameraId)?.rights.includes(right) ?? false;
  }

  /** The cameras to which the user has this right. */
  with(right: Right): CameraView[] {
    return (this.#cameras ?? []).filter(({ rights }) => rights.includes(right));
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
