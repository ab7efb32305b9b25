/**
 * A view from the server, for an element that shows it: requested whenever signaling opens, kept up to date by
 * a notification.
 *
 * Invariant: it listens only while its element is on the page; a late answer never replaces a notification (FreshViews).
 */

import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { SignalingNotifications } from '../../server/wire/signaling.ts';
import { FreshViews } from './fresh-views.ts';
import type { SignalingClient } from './signaling-client.ts';

export interface SyncedViewOptions<View> {
  /** Read when the element is connected: its properties are set by then. */
  signaling: () => SignalingClient;
  ask: () => Promise<View>;
}

export class SyncedView<Name extends keyof SignalingNotifications> implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #name: Name;
  readonly #options: SyncedViewOptions<SignalingNotifications[Name]>;
  readonly #views = new FreshViews<SignalingNotifications[Name]>();
  #stops: (() => void)[] = [];

  constructor(
    host: ReactiveControllerHost,
    name: Name,
    options: SyncedViewOptions<SignalingNotifications[Name]>,
  ) {
    this.#host = host;
    this.#name = name;
    this.#options = options;
    host.addController(this);
  }

  /** Undefined before the first answer or notification. */
  get view(): SignalingNotifications[Name] | undefined {
    return this.#views.get(this.#name);
  }

  hostConnected(): void {
    const signaling = this.#options.signaling();
    this.#stops = [
      signaling.on(this.#name, (view: SignalingNotifications[Name]) => {
        this.#views.update(this.#name, view);
        this.#host.requestUpdate();
      }),
      // It may have changed while the connection was down.
      signaling.on('state', (state) => {
        if (state === 'open') void this.#load();
      }),
    ];
    if (signaling.state === 'open') void this.#load();
  }

  hostDisconnected(): void {
    for (const stop of this.#stops.splice(0)) stop();
  }

  async #load(): Promise<void> {
    try {
      await this.#views.load(async () => [[this.#name, await this.#options.ask()]]);
      this.#host.requestUpdate();
    } catch {
      // The connection banner shows why the server does not answer.
    }
  }
}
