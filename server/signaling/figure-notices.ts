/**
 * Decides when to send a page the figures of one of its transports: each second while it shows them, else only after a change
 * that matters to a viewer: the limit of a camera, the size sent, the layers, or the capacity of the line. Pure.
 *
 * Invariant: a page that shows no figures gets at most one notice each MIN_INTERVAL_US, and none while nothing changes.
 */

import type { ViewerFigures } from '../wire/viewer-figures.ts';

const MIN_INTERVAL_US = 900_000;
/** Usual variation of an estimate. */
const ESTIMATE_CHANGE = 0.2;

export class FigureNotices {
  #last: ViewerFigures | undefined;
  #lastUs = -Infinity;

  /** @param isShown the page shows these figures @returns whether to send them */
  isDue(figures: ViewerFigures, isShown: boolean, nowUs: number): boolean {
    if (nowUs - this.#lastUs < MIN_INTERVAL_US) return false;
    if (!isShown && !this.#hasChanged(figures)) return false;
    this.#last = figures;
    this.#lastUs = nowUs;
    return true;
  }

  #hasChanged({ estimateBps, consumers }: ViewerFigures): boolean {
    const last = this.#last;
    if (!last) return consumers.some(({ limitedBy }) => limitedBy === 'line');
    return (
      isOther(estimateBps, last.estimateBps) ||
      consumers.length !== last.consumers.length ||
      consumers.some((consumer, index) => {
        const before = last.consumers[index];
        return (
          consumer.consumerId !== before?.consumerId ||
          consumer.rung !== before.rung ||
          consumer.layers !== before.layers ||
          consumer.limitedBy !== before.limitedBy
        );
      })
    );
  }
}

function isOther(estimateBps: number | null, beforeBps: number | null): boolean {
  if (estimateBps === null || beforeBps === null) return estimateBps !== beforeBps;
  return Math.abs(estimateBps - beforeBps) > ESTIMATE_CHANGE * beforeBps;
}
