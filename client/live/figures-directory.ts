/** How the server sends each camera to this page, as its `viewerFigures` say. Those of an earlier connection do not count. */

import type { ConsumerFigures, ViewerFigures } from '../../server/wire/viewer-figures.ts';
import type { SignalingClient } from '../signaling/signaling-client.ts';

/** One camera's figures, and those of the line that all cameras of the page share. */
export interface SentFigures {
  line: ViewerFigures;
  consumer: ConsumerFigures;
}

export class FiguresDirectory {
  readonly #byTransport = new Map<string, ViewerFigures>();

  constructor(signaling: Pick<SignalingClient, 'on'>) {
    signaling.on('viewerFigures', (figures) => this.#byTransport.set(figures.transportId, figures));
    signaling.on('transportClosed', ({ transportId }) => this.#byTransport.delete(transportId));
    signaling.on('state', () => this.#byTransport.clear());
  }

  of(consumerId: string | undefined): SentFigures | undefined {
    for (const line of this.#byTransport.values()) {
      const consumer = line.consumers.find((each) => each.consumerId === consumerId);
      if (consumer) return { line, consumer };
    }
    return undefined;
  }

  /**
   * Bits per second that the line of this transport carries; null while that is unknown: an estimate is as old as the
   * last packet, so some camera must be sent.
   */
  estimateBps(transportId: string | undefined): number | null {
    const line = transportId === undefined ? undefined : this.#byTransport.get(transportId);
    return line?.consumers.some(({ layers }) => layers !== null) ? line.estimateBps : null;
  }
}
