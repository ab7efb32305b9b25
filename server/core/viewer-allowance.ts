/**
 * Resources of the server that one page or program may use: streams and handshakes while there is capacity (capacity.ts), and
 * transports within the share of its user.
 */

import type { Capacity, Viewer } from './capacity.ts';
import type { Clock } from './clock.ts';
import type { TransportQuota } from './transport-quota.ts';

export interface ViewerAllowanceOptions {
  capacity: Capacity;
  transportQuota: TransportQuota;
  clock: Clock;
  /** The address of the viewer, in front of any trusted proxy. */
  viewerAddress: string;
  viewerDevice?: string | undefined;
  /** Told of each stream of live pictures. @returns called when it ends */
  onStream?: ((stream: ViewerStream) => () => void) | undefined;
}

export interface ViewerStream {
  userId: string;
  cameraId: string;
  address: string;
  device: string | undefined;
  /** More about the viewer, for the audit log: the API key. */
  details: Record<string, string>;
}

/** The user behind a page or a program. */
export interface AllowedViewer extends Viewer {
  details?: Record<string, string>;
}

export class ViewerAllowance {
  readonly #options: ViewerAllowanceOptions;
  #viewer: AllowedViewer = { userId: '' };

  constructor(options: ViewerAllowanceOptions) {
    this.#options = options;
  }

  /** Empty before the page has signed in. */
  get userId(): string {
    return this.#viewer.userId;
  }

  /** A new sign-in of the same user keeps its streams and shares. */
  signIn(viewer: AllowedViewer): void {
    if (this.#viewer.userId !== viewer.userId) this.#viewer = viewer;
  }

  /** A picture stream begins. @returns call it when the stream ends @throws VigieError `full` */
  openStream(cameraId: string): () => void {
    const leave = this.#options.capacity.open(this.#viewer, cameraId);
    const end = this.noteStream(cameraId);
    return () => {
      leave();
      end?.();
    };
  }

  /** A stream that another server sends. @returns call it when the stream ends */
  noteStream(cameraId: string): (() => void) | undefined {
    const { onStream, viewerAddress: address, viewerDevice: device } = this.#options;
    const { userId, details = {} } = this.#viewer;
    return onStream?.({ userId, cameraId, address, device, details });
  }

  /** @returns call it when the transport is closed @throws VigieError `full`, `tooManyRequests` */
  openTransport(): () => void {
    const { capacity, transportQuota, clock } = this.#options;
    const giveBack = transportQuota.take(this.#viewer.userId, clock());
    try {
      capacity.expectHandshake(this.#viewer);
    } catch (error) {
      giveBack();
      throw error;
    }
    return giveBack;
  }

  /** The page's connection is lost: its streams may start again soon. */
  connectionLost(): void {
    this.#options.capacity.lost(this.#viewer);
  }
}
