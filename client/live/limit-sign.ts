/**
 * Decides whether a picture shows the sign that the connection, not the camera, limits it, and the text of the sign. Pure:
 * time is an argument.
 *
 * Invariants: the sign appears after 3 s of limit and leaves after 5 s without, so that it never flickers; the viewer's
 * own data saver and the size of the element are no limit.
 */

import type { ConsumerFigures } from '../../server/wire/viewer-figures.ts';
import { bitrateText } from './bitrate-text.ts';

const APPEARS_AFTER_MS = 3_000;
const LEAVES_AFTER_MS = 5_000;
/** A picture narrower than this share of its element is blurred. */
const SHARP_SHARE = 0.75;
/** Temporal layers of a camera's video. */
const ALL_LAYERS = 3;

/**
 * @param videoWidth of the picture sent, pixels
 * @param shownWidth of its element, device pixels
 */
export function isLimitedByLine(
  { limitedBy, rung, layers }: Pick<ConsumerFigures, 'limitedBy' | 'rung' | 'layers'>,
  videoWidth: number,
  shownWidth: number,
): boolean {
  if (limitedBy !== 'line') return false;
  const isSlower = layers !== null && layers < ALL_LAYERS;
  const isBlurred = rung !== null && rung !== 'full' && videoWidth < SHARP_SHARE * shownWidth;
  return isSlower || isBlurred;
}

export class LimitSign {
  #isShown = false;
  /** Since when the opposite of the shown state has been true; null: it is not. */
  #otherSinceMs: number | null = null;

  /** @returns whether the sign is shown */
  update(isLimited: boolean, nowMs: number): boolean {
    if (isLimited === this.#isShown) {
      this.#otherSinceMs = null;
      return this.#isShown;
    }
    this.#otherSinceMs ??= nowMs;
    if (nowMs - this.#otherSinceMs >= (isLimited ? APPEARS_AFTER_MS : LEAVES_AFTER_MS)) {
      this.#isShown = isLimited;
      this.#otherSinceMs = null;
    }
    return this.#isShown;
  }
}

export interface LimitWords {
  /** Shown if there is no room for more. */
  short: string;
  sentence: string;
}

/** @param estimateBps what the line carries; null: unknown */
export function limitWords(estimateBps: number | null): LimitWords {
  const carried = estimateBps === null ? 'is slow' : `carries ${bitrateText(estimateBps)}`;
  return {
    short: 'Slow connection',
    sentence: `Your connection ${carried}: move closer to the Wi-Fi or lower the quality`,
  };
}

/** For Lit: setting the same text again is no change. */
export function isOtherLimit(words: LimitWords | undefined, before: LimitWords | undefined): boolean {
  return words?.sentence !== before?.sentence;
}
