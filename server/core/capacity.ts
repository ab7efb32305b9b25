/**
 * Decides who may watch when the server is near its limit, for every kind of picture stream: a running video consumer,
 * or JPEGs over the WebSocket or HTTP. Paused streams cost nothing and are not counted.
 *
 * Invariants: one user has at most STREAM_SHARES.perUser streams, of all their pages. A stream is admitted only while there is
 * room (core/admission.ts), with two exceptions, so that a full server interrupts no viewer: a viewer of a camera may start a
 * second stream of it meanwhile (the next transport, the fallback), and a viewer who lost the connection while watching is
 * admitted again within RETURN_WITHIN_US.
 */

import { Admission, type AdmissionState, type LoadSample } from './admission.ts';
import type { Clock } from './clock.ts';
import { VigieError } from '../errors.ts';
import { Shares } from './shares.ts';

/** A page, or a program that plays MJPEG. Identified by the object itself. */
export interface Viewer {
  readonly userId: string;
}

export interface CapacityStats {
  /** 1 is full. */
  load: number;
  state: AdmissionState;
  /** Viewers that are being sent pictures. */
  watching: number;
  /** Viewers times cameras. */
  streams: number;
  /** Refused streams and transports. */
  refused: number;
  /** The last sample; null before the first. */
  measured: LoadSample | null;
}

/** More than any server carries; for one user, ten pages of 24 cameras, whatever the load. */
export const STREAM_SHARES = { total: 4096, perUser: 256 };
const RETURN_WITHIN_US = 30_000_000;
const WAYS_PER_CAMERA = 2;
const RETRY_AFTER_SECONDS = 5;

export class Capacity {
  readonly #admission = new Admission();
  readonly #clock: Clock;
  readonly #shares = new Shares(STREAM_SHARES);
  /** The cameras sent to each viewer, one entry per stream. */
  readonly #watching = new Map<Viewer, string[]>();
  /** By user: streams recently lost with a connection. */
  readonly #returning = new Map<string, { streams: number; untilUs: number }>();
  #refused = 0;
  #measured: LoadSample | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get stats(): CapacityStats {
    const { load, state, streams } = this.#admission;
    const [watching, refused] = [this.#watching.size, this.#refused];
    return { load, state, watching, streams, refused, measured: this.#measured };
  }

  sample(sample: LoadSample, nowUs: number): void {
    this.#measured = sample;
    this.#admission.sample(sample, nowUs);
  }

  /** A stream begins. @returns call it when the stream ends; idempotent @throws VigieError `full`, `tooManyRequests` */
  open(viewer: Viewer, cameraId: string): () => void {
    const cameras = this.#watching.get(viewer) ?? [];
    const ways = cameras.filter((id) => id === cameraId).length;
    const isMoving = ways > 0 && ways < WAYS_PER_CAMERA;
    const giveBack = this.#shares.take(viewer.userId);
    if (!giveBack) throw this.#tooMany();
    if (!isMoving && !this.#admission.hasRoom && !this.#takeReturning(viewer.userId)) {
      giveBack();
      throw this.#refusal();
    }
    this.#admission.enter();
    cameras.push(cameraId);
    this.#watching.set(viewer, cameras);
    let isOpen = true;
    return () => {
      if (!isOpen) return;
      isOpen = false;
      giveBack();
      this.#admission.leave();
      cameras.splice(cameras.indexOf(cameraId), 1);
      if (cameras.length === 0) this.#watching.delete(viewer);
    };
  }

  /** A viewer is about to start a handshake. @throws VigieError `full` when it could not watch anything afterwards */
  expectHandshake(viewer: Viewer): void {
    if (!this.#admission.hasRoom && !this.#watching.has(viewer) && !this.#mayReturn(viewer.userId))
      throw this.#refusal();
    this.#admission.expectHandshake();
  }

  /** The viewer's connection is lost, and its streams will end. */
  lost(viewer: Viewer): void {
    const nowUs = this.#clock();
    for (const [userId, { untilUs }] of this.#returning) if (untilUs < nowUs) this.#returning.delete(userId);
    const streams = this.#watching.get(viewer)?.length ?? 0;
    if (streams === 0) return;
    const before = this.#returning.get(viewer.userId)?.streams ?? 0;
    this.#returning.set(viewer.userId, { streams: before + streams, untilUs: nowUs + RETURN_WITHIN_US });
  }

  #mayReturn(userId: string): boolean {
    const returning = this.#returning.get(userId);
    return returning !== undefined && returning.streams > 0 && this.#clock() <= returning.untilUs;
  }

  #takeReturning(userId: string): boolean {
    const returning = this.#returning.get(userId);
    if (!returning || !this.#mayReturn(userId)) return false;
    returning.streams--;
    return true;
  }

  #tooMany(): VigieError {
    this.#refused++;
    return new VigieError(
      'tooManyRequests',
      `one user watches at most ${STREAM_SHARES.perUser} cameras at once, on all pages and devices together: close a page that shows video`,
      { retryAfterSeconds: RETRY_AFTER_SECONDS },
    );
  }

  #refusal(): VigieError {
    this.#refused++;
    const watching = this.#watching.size;
    return new VigieError('full', `this server is full: ${watching} are watching; try again in a moment`, {
      retryAfterSeconds: RETRY_AFTER_SECONDS,
      watching,
    });
  }
}
