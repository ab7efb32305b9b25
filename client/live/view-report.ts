/**
 * Tells the server how large one consumer is shown, so that it sends no larger picture than that; during a probe, the
 * smallest size.
 *
 * Invariants: a new consumer's view is sent at once, before the consumer is resumed; a change is sent once it has
 * lasted; a consumer gets the same view only once.
 */

import type { ShownView } from '../../server/wire/shown-view.ts';
import type { LiveConsumer } from './live-transport.ts';

/** A window being resized has many sizes. */
const SETTLE_MS = 300;
const PROBE_VIEW: ShownView = { width: 160, height: 120, focused: false };

export class ViewReport {
  #consumer: LiveConsumer | null = null;
  #view: ShownView | undefined;
  #sent: ShownView | undefined;
  #isProbe = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  set consumer(consumer: LiveConsumer | null) {
    if (this.#consumer === consumer) return;
    this.#consumer = consumer;
    this.#sent = undefined;
    this.#send();
  }

  /** The last one stays for a consumer that is no longer shown. */
  set view({ width, height, focused }: ShownView) {
    this.#view = { width, height, focused };
    clearTimeout(this.#timer);
    if (this.#sent) this.#timer = setTimeout(() => this.#send(), SETTLE_MS);
    else this.#send();
  }

  /** Video is being tried beside the pictures that are shown: a small picture tells whether it passes. */
  set isProbe(isProbe: boolean) {
    if (this.#isProbe === isProbe) return;
    this.#isProbe = isProbe;
    this.#send();
  }

  /** Idempotent. */
  close(): void {
    clearTimeout(this.#timer);
    this.#consumer = null;
  }

  #send(): void {
    clearTimeout(this.#timer);
    const view = this.#isProbe ? PROBE_VIEW : this.#view;
    const sent = this.#sent;
    if (!this.#consumer || !view) return;
    if (view.width === sent?.width && view.height === sent.height && view.focused === sent.focused) return;
    this.#sent = view;
    this.#consumer.transport.setView(this.#consumer.id, view);
  }
}
