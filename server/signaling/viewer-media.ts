/**
 * One viewer's media at the SFU: transports, and on them a consumer for each watched camera.
 *
 * Invariants: a viewer reaches only their own transports and consumers; closing this closes its transports and thereby
 * their consumers.
 */

import type { Clock } from '../core/clock.ts';
import { VigieError } from '../errors.ts';
import type { NotificationMessage, SignalingMethods } from '../wire/signaling.ts';
import type { PictureQuality } from '../wire/shown-view.ts';
import { FigureNotices } from './figure-notices.ts';
import type { MediaConsumer, MediaServer, MediaTransport } from '../core/media-server.ts';
import type { ViewerAllowance } from '../core/viewer-allowance.ts';

export interface ViewerMediaOptions {
  sfu: MediaServer;
  /** Origin of the WebSocket, in front of any trusted proxy. */
  viewerAddress: string;
  clock: Clock;
  allowance: ViewerAllowance;
}

/** The page's own, its successor, and those of the connection check, one per path. */
const MAX_TRANSPORTS = 9;
/** Twice the cameras of one page: while they move they are on two transports. */
const MAX_CONSUMERS = 128;

export class ViewerMedia {
  readonly #options: ViewerMediaOptions;
  readonly #notify: (notification: NotificationMessage) => void;
  readonly #transports = new Map<string, MediaTransport>();
  readonly #consumers = new Map<string, MediaConsumer>();
  /** For each consumer that is not paused: releases the count of its stream. */
  readonly #running = new Map<string, () => void>();
  /** Consumers whose figures the page shows. */
  readonly #shown = new Set<string>();

  #quality: PictureQuality = 'full';

  /** @param notify called when the SFU closes a transport or consumer, and with requested timings */
  constructor(options: ViewerMediaOptions, notify: (notification: NotificationMessage) => void) {
    this.#options = options;
    this.#notify = notify;
  }

  /** @throws VigieError `tooManyRequests`, `full` */
  createTransport(): ReturnType<MediaServer['transportParameters']> {
    const { sfu, viewerAddress, allowance } = this.#options;
    if (this.#transports.size >= MAX_TRANSPORTS) {
      throw new VigieError('tooManyRequests', `a page has at most ${MAX_TRANSPORTS} transports`);
    }
    const giveBack = allowance.openTransport();
    let transport: MediaTransport;
    try {
      transport = sfu.createTransport(viewerAddress);
    } catch (error) {
      giveBack();
      throw error;
    }
    this.#transports.set(transport.id, transport);
    transport.setQuality(this.#quality);
    this.#tellFigures(transport);
    const { id: transportId } = transport;
    transport.on('outdated', () => {
      this.#notify({ type: 'notification', method: 'transportOutdated', data: { transportId } });
    });
    transport.once('close', (reason) => {
      giveBack();
      this.#transports.delete(transport.id);
      if (reason === 'requested') return;
      const data = { transportId: transport.id, reason };
      this.#notify({ type: 'notification', method: 'transportClosed', data });
    });
    return sfu.transportParameters(transport, viewerAddress);
  }

  /** The caller has checked the right to the camera. @throws VigieError */
  consume(
    transportId: string,
    cameraId: string,
    takesFlexfec: boolean,
  ): SignalingMethods['consume']['response'] {
    if (this.#consumers.size >= MAX_CONSUMERS)
      throw new VigieError('tooManyRequests', `a page has at most ${MAX_CONSUMERS} cameras ready`);
    const consumer = this.#options.sfu.consume(this.transport(transportId), cameraId, takesFlexfec);
    const { id } = consumer;
    this.#consumers.set(id, consumer);
    consumer.on('timings', (frames) => {
      this.#notify({ type: 'notification', method: 'frameTimings', data: { consumerId: id, frames } });
    });
    consumer.once('close', (reason) => {
      this.#consumers.delete(id);
      this.#shown.delete(id);
      this.#stopped(id);
      if (reason === 'requested') return;
      this.#notify({ type: 'notification', method: 'consumerClosed', data: { consumerId: id, reason } });
    });
    return consumer.parameters(this.#options.clock());
  }

  /** @throws VigieError `notFound`, `full` */
  resume(consumerId: string): void {
    const consumer = this.consumer(consumerId);
    if (this.#running.has(consumerId)) return;
    this.#running.set(consumerId, this.#options.allowance.openStream(consumer.cameraId));
    consumer.resume();
  }

  /** @throws VigieError `notFound` */
  pause(consumerId: string): void {
    this.consumer(consumerId).pause();
    this.#stopped(consumerId);
  }

  /** Applies to later transports too. */
  setQuality(quality: PictureQuality): void {
    this.#quality = quality;
    for (const transport of this.#transports.values()) transport.setQuality(quality);
  }

  /** The page shows the statistics of a camera, or no longer does. @throws VigieError `notFound` */
  setFrameTimings(consumerId: string, enabled: boolean): void {
    this.consumer(consumerId).setFrameTimings(enabled);
    if (enabled) this.#shown.add(consumerId);
    else this.#shown.delete(consumerId);
  }

  /** @throws VigieError `notFound` */
  transport(id: string): MediaTransport {
    const transport = this.#transports.get(id);
    if (!transport) throw new VigieError('notFound', 'there is no such transport');
    return transport;
  }

  /** @throws VigieError `notFound` */
  consumer(id: string): MediaConsumer {
    const consumer = this.#consumers.get(id);
    if (!consumer) throw new VigieError('notFound', 'there is no such consumer');
    return consumer;
  }

  /** Rights or cameras have changed: closes the consumers that may not go on. */
  closeUnless(
    mayWatch: (cameraId: string) => boolean,
    reason: 'rightRevoked' | 'cameraOff' = 'rightRevoked',
  ): void {
    for (const consumer of this.#consumers.values()) {
      if (!mayWatch(consumer.cameraId)) consumer.close(reason);
    }
  }

  /** Idempotent. */
  close(): void {
    for (const transport of this.#transports.values()) transport.close('requested');
  }

  #tellFigures(transport: MediaTransport): void {
    const notices = new FigureNotices();
    transport.on('figures', (figures) => {
      const isShown = figures.consumers.some(({ consumerId }) => this.#shown.has(consumerId));
      if (notices.isDue(figures, isShown, this.#options.clock()))
        this.#notify({ type: 'notification', method: 'viewerFigures', data: figures });
    });
  }

  #stopped(consumerId: string): void {
    this.#running.get(consumerId)?.();
    this.#running.delete(consumerId);
  }
}
