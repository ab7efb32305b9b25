/**
 * The camera's view without motion, and the cells that differ from it now.
 *
 * Each cell keeps its usual luma and its usual variation, both without the camera's own changes (see expected-view.ts):
 * light may drift, jump or flicker without a cell differing, and a noisy cell needs a larger difference than a calm
 * one. An object that keeps still for `ABSORB_MS` becomes background; a moving object never does.
 */

import { ExpectedView } from './expected-view.ts';
import type { LumaFrame } from '../video/luma-frame.ts';

/** Number of pictures for the first background, the median of each cell: a person walking through leaves no trace. */
const START_PICTURES = 11;
/** A calm cell follows with this time constant … */
const FOLLOW_MS = 8_000;
/** … and its usual variation with this one. */
const VARIATION_MS = 15_000;
/**
 * A parked car, an opened curtain: the cell differs from the background, but has not changed by more than its threshold
 * for this long.
 */
const ABSORB_MS = 30_000;
/**
 * Lower bound of the usual variation, in luma steps, so that a frozen picture does not become infinitely sensitive …
 */
const MIN_VARIATION = 0.7;
/** … and upper bound, so that a busy path does not become insensitive. */
const MAX_VARIATION = 8;
const START_VARIATION = 2;
/** A longer gap between two pictures counts as this. */
const MAX_STEP_MS = 2_000;
/**
 * When the exposure jumps by more than this, in luma steps on average, clipped or dark areas return with a brightness
 * that no curve can predict: the background is started again. Exception: more than the given share of the picture
 * differs at any exposure; then it was no jump, but something large in front of the camera.
 */
const EXPOSURE_JUMP = 6;
const MAX_JUMP_SHARE = 0.3;

export interface MotionThresholds {
  /** A cell differs from here on, in luma steps … */
  minDifference: number;
  /** … and in multiples of its usual variation. */
  variations: number;
}

export class MotionBackground {
  readonly width: number;
  readonly height: number;
  readonly #thresholds: MotionThresholds;
  readonly #mean: Float32Array;
  readonly #variation: Float32Array;
  readonly #expected: ExpectedView;
  /** For a cell that differs: its luma when it began to keep still, and for how long it has, in ms. */
  readonly #candidate: Float32Array;
  readonly #stillMs: Float32Array;
  readonly #differs: Uint8Array;
  #start: Uint8Array[] = [];
  #learning = true;
  #lastCaptureUs: number | undefined;

  constructor(width: number, height: number, thresholds: MotionThresholds) {
    const cells = width * height;
    this.width = width;
    this.height = height;
    this.#thresholds = thresholds;
    this.#mean = new Float32Array(cells);
    this.#variation = new Float32Array(cells);
    this.#expected = new ExpectedView(width, height);
    this.#candidate = new Float32Array(cells);
    this.#stillMs = new Float32Array(cells);
    this.#differs = new Uint8Array(cells);
  }

  /**
   * Compares a picture of this size with the background, then learns from it.
   *
   * @returns 1 for each cell that differs, 0 for the others; valid until the next call. Undefined while it learns the
   * background, at the start and after an exposure jump
   */
  compare({ luma, captureUs }: LumaFrame): Uint8Array | undefined {
    const elapsedMs = Math.min(MAX_STEP_MS, (captureUs - (this.#lastCaptureUs ?? captureUs)) / 1000);
    this.#lastCaptureUs = captureUs;
    if (!this.#learning) {
      this.#expected.fit(this.#mean, luma);
      this.#learning = this.#exposureJumped(luma);
    }
    if (this.#learning) {
      this.#gather(luma);
      return undefined;
    }
    this.#expected.keepExposure(this.#mean);
    this.#follow(luma, Math.max(0, elapsedMs));
    return this.#differs;
  }

  #gather(luma: Uint8Array): void {
    this.#start.push(luma.slice());
    if (this.#start.length < START_PICTURES) return;
    this.#begin(this.#start);
    this.#start = [];
    this.#learning = false;
  }

  #begin(pictures: readonly Uint8Array[]): void {
    const values = new Uint8Array(pictures.length);
    for (let cell = 0; cell < this.#mean.length; cell++) {
      for (let index = 0; index < values.length; index++) values[index] = pictures[index]?.[cell] ?? 0;
      this.#mean[cell] = values.sort()[values.length >> 1] ?? 0;
    }
    this.#variation.fill(0);
    for (const picture of pictures) {
      this.#expected.fit(this.#mean, picture);
      for (let cell = 0; cell < picture.length; cell++) {
        const size = Math.abs((picture[cell] ?? 0) - (this.#expected.luma[cell] ?? 0));
        this.#variation[cell] = (this.#variation[cell] ?? 0) + size / pictures.length;
      }
    }
    for (let cell = 0; cell < this.#variation.length; cell++)
      this.#variation[cell] = Math.min(MAX_VARIATION, Math.max(START_VARIATION, this.#variation[cell] ?? 0));
    this.#stillMs.fill(0);
    this.#differs.fill(0);
  }

  #exposureJumped(luma: Uint8Array): boolean {
    if (this.#expected.exposureChange <= EXPOSURE_JUMP) return false;
    let differing = 0;
    for (let cell = 0; cell < luma.length; cell++) {
      const size = Math.abs((luma[cell] ?? 0) - (this.#expected.luma[cell] ?? 0));
      if (size > this.#threshold(this.#variation[cell] ?? 0)) differing++;
    }
    return differing <= luma.length * MAX_JUMP_SHARE;
  }

  #follow(luma: Uint8Array, elapsedMs: number): void {
    const follow = 1 - Math.exp(-elapsedMs / FOLLOW_MS);
    const vary = 1 - Math.exp(-elapsedMs / VARIATION_MS);
    for (let cell = 0; cell < luma.length; cell++) {
      const value = luma[cell] ?? 0;
      const difference = value - (this.#expected.luma[cell] ?? 0);
      const size = Math.abs(difference);
      const usual = this.#variation[cell] ?? 0;
      const threshold = this.#threshold(usual);
      if (size <= threshold) {
        this.#differs[cell] = 0;
        this.#stillMs[cell] = 0;
        this.#mean[cell] = (this.#mean[cell] ?? 0) + follow * difference;
        this.#variation[cell] = towards(usual, size, vary);
      } else {
        // A change that comes and goes, like rain, makes the cell less sensitive; a lasting one does not.
        if (this.#differs[cell] === 0)
          this.#variation[cell] = towards(usual, Math.min(size, 2 * threshold), vary);
        this.#differs[cell] = 1;
        this.#trackCandidate(cell, value, threshold, elapsedMs);
      }
    }
  }

  #trackCandidate(cell: number, value: number, threshold: number, elapsedMs: number): void {
    const keptStill = Math.abs(value - (this.#candidate[cell] ?? 0)) <= threshold;
    const stillMs = keptStill ? (this.#stillMs[cell] ?? 0) + elapsedMs : 0;
    if (stillMs === 0) this.#candidate[cell] = value;
    this.#stillMs[cell] = stillMs;
    if (stillMs < ABSORB_MS) return;
    this.#mean[cell] = value;
    this.#variation[cell] = START_VARIATION;
    this.#stillMs[cell] = 0;
  }

  #threshold(usual: number): number {
    return Math.max(this.#thresholds.minDifference, this.#thresholds.variations * usual);
  }
}

function towards(usual: number, size: number, share: number): number {
  return Math.min(MAX_VARIATION, Math.max(MIN_VARIATION, usual + share * (size - usual)));
}
