/**
 * `<vigie-camera camera-id="…">`: one live picture with its name and status, usable on any page.
 *
 * Inside the app it gets the page's connection (`live`); elsewhere it makes one for `src`, shared by all elements of
 * that server, with tokens from `tokenProvider` or from the server's session cookie.
 *
 * Invariants: it shows `live` only while new pictures are being presented; the last picture stays until the next one is shown,
 * grey and with its age when it is old, unless the right to the camera has ended or the camera was switched off.
 *
 * @fires vigie-status - the status or the kind of source has changed; detail: `{cameraId, status, source}`, source
 * `video`, `pictures` or null
 * @csspart video, still, snapshot, age, note, caption, name, status
 */

import { LitElement, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { deviceTimeZone, ShownTime } from '../dates/shown-time.ts';
import type { CameraFeed } from './camera-feed.ts';
import { ageNote, boxes, caption, fallbackNote, limitNote, signInNote, snapshot } from './camera-overlays.ts';
import { CameraPicture } from './camera-picture.ts';
import { CameraReadout } from './camera-readout.ts';
import { CameraStatsSampler, type CameraStats } from './camera-stats.ts';
import type { ShownStatus } from './camera-status.ts';
import { ElementViewWatch, type ElementView } from './element-view.ts';
import { isOtherLimit, type LimitWords } from './limit-sign.ts';
import type { LiveConnection } from './live-connection.ts';
import type { SourceKind } from './live-source.ts';
import { sharedConnection, type TokenProvider } from './shared-connection.ts';
import { haveChanged, type StatusText } from './status-text.ts';
import { cameraStyles } from './vigie-camera.styles.ts';
import './vigie-camera-stats.ts';

const TICK_MS = 500;

export class VigieCamera extends LitElement {
  static override styles = cameraStyles;
  static override properties = {
    cameraId: { attribute: 'camera-id' },
    name: {},
    src: {},
    showStats: { type: Boolean, attribute: 'show-stats' },
    showDetections: { type: Boolean, attribute: 'show-detections' },
    focused: { type: Boolean },
    live: { attribute: false },
    time: { attribute: false },
    tokenProvider: { attribute: false },
    status: { state: true },
    stats: { state: true },
    source: { state: true },
    hasPicture: { state: true },
    hasSnapshot: { state: true },
    words: { state: true, hasChanged: haveChanged },
    age: { state: true },
    isSignedOut: { state: true },
    limit: { state: true, hasChanged: isOtherLimit },
  };

  declare cameraId: string;
  /** Shown in the picture; without it, the name the server knows. */
  declare name: string | undefined;
  /** Origin of the server; empty: the page's own. Not needed when `live` is given. */
  declare src: string;
  declare showStats: boolean;
  /** Boxes around what analysers have detected, for viewers with the right `events`. */
  declare showDetections: boolean;
  /** This camera is focused: it is served before others. */
  declare focused: boolean;
  declare live: LiveConnection | undefined;
  /** Writes dates; without it, in this device's time zone. */
  declare time: ShownTime | undefined;
  declare tokenProvider: TokenProvider | undefined;
  declare status: ShownStatus;
  /** Once a second while `showStats` is on, else null. */
  declare stats: CameraStats | null;
  /** The kind of source of the live picture; null while there is none. */
  declare source: SourceKind | null;
  declare protected hasPicture: boolean;
  declare protected hasSnapshot: boolean;
  declare protected words: StatusText;
  declare protected age: string | undefined;
  declare protected isSignedOut: boolean;
  /** Shown while the connection limits the picture. */
  declare protected limit: LimitWords | undefined;

  readonly #picture = new CameraPicture(() => this.#onFrame());
  #connection: LiveConnection | null = null;
  #feed: CameraFeed | null = null;
  #sampler: CameraStatsSampler | null = null;
  #stops: (() => void)[] = [];
  #readout: CameraReadout | null = null;
  /** Pictures out of view are not sent. */
  readonly #view = new ElementViewWatch(
    this,
    this.#picture.video,
    () => this.focused,
    (view) => this.#onView(view),
  );

  constructor() {
    super();
    this.cameraId = '';
    this.src = '';
    this.showStats = false;
    this.showDetections = false;
    this.focused = false;
    this.isSignedOut = false;
    this.status = 'connecting';
    this.stats = null;
    this.source = null;
    this.hasPicture = false;
    this.hasSnapshot = false;
    this.words = { text: '', more: '' };
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#view.stop();
    this.#unwatch();
    // Unless it is only being moved: a removed video must not keep its player.
    queueMicrotask(() => {
      if (!this.isConnected) this.#clearPicture();
    });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#view.start();
    // After having been moved within the page; the first time it is `updated` that starts.
    if (this.hasUpdated) this.#watch();
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('cameraId') || changed.has('live') || changed.has('src')) {
      this.#clearPicture();
      this.#watch();
    }
    if (changed.has('focused')) this.#view.update();
    if (changed.has('showStats')) this.#sampleIfWanted();
    if (changed.has('status') || changed.has('source')) {
      const { cameraId, status, source } = this;
      this.dispatchEvent(
        new CustomEvent('vigie-status', {
          detail: { cameraId, status, source },
          bubbles: true,
          composed: true,
        }),
      );
    }
  }

  protected override render(): TemplateResult {
    const { status, stats, showStats, source, age } = this;
    const isOldShown = age !== undefined && (this.hasPicture || this.hasSnapshot);
    const name = this.name ?? this.#connection?.cameras.find(this.cameraId)?.name ?? '';
    return html`
      <div class="picture ${status} ${this.hasPicture ? 'has-picture' : ''}">
        ${this.#snapshotIfOld()} ${this.#picture.video} ${this.#picture.still}
      </div>
      ${this.showDetections ? boxes(this.cameraId, this.#connection, this.#picture) : nothing}
      ${this.isSignedOut && this.#connection ? signInNote(this.#connection) : nothing}
      ${isOldShown ? ageNote(age) : nothing} ${source === 'pictures' ? fallbackNote() : nothing}
      ${this.limit ? limitNote(this.limit, this.focused) : nothing} ${caption(name, status, this.words)}
      ${showStats ? html`<vigie-camera-stats .stats=${stats} data-testid="camera-stats"></vigie-camera-stats>` : nothing}
    `;
  }

  /** The frame on the screen as a JPEG; null when there is none. */
  takeSnapshot(): Promise<Blob | null> {
    return this.#picture.asJpeg();
  }

  /** The element that plays; always the same one. */
  get video(): HTMLVideoElement {
    return this.#picture.video;
  }

  /** The last picture of a camera that sends none and has shown nothing yet, if the server has one. */
  #snapshotIfOld(): TemplateResult | typeof nothing {
    if (this.age === undefined || this.hasPicture || !this.#connection) return nothing;
    return snapshot(this.#connection, this.cameraId, this.hasSnapshot, () => (this.hasSnapshot = true));
  }

  #watch(): void {
    this.#unwatch();
    const { view } = this.#view;
    if (!this.cameraId || !this.isConnected || !view) return;
    const connection = this.live ?? sharedConnection(this.src, this.tokenProvider);
    const feed = connection.receiver.watch(this.cameraId, this, view);
    const timer = setInterval(() => this.#tick(), TICK_MS);
    this.#connection = connection;
    this.#feed = feed;
    this.#readout = new CameraReadout(connection, feed, this.#picture.frames);
    this.#stops = [
      feed.on('change', () => this.#onFeedChange()),
      connection.cameras.on('change', () => this.#tick()),
      () => clearInterval(timer),
      () => connection.receiver.release(feed, this),
    ];
    this.#onFeedChange();
    this.#sampleIfWanted();
    this.#tick();
  }

  #unwatch(): void {
    for (const stop of this.#stops.splice(0)) stop();
    this.#sampler?.close();
    this.#sampler = null;
    this.#picture.stop();
    this.#feed = null;
    this.#readout = null;
  }

  #onView(view: ElementView | undefined): void {
    if (!this.hasUpdated) return;
    if (!view) this.#unwatch();
    else if (this.#feed) this.#connection?.receiver.watch(this.cameraId, this, view);
    else this.#watch();
  }

  #onFeedChange(): void {
    const { source, denied } = this.#feed ?? { source: null, denied: false };
    if (denied) this.#clearPicture();
    if (source && this.#connection) this.#picture.show(source, this.#connection.clock);
  }

  #onFrame(): void {
    this.hasPicture = true;
    if (this.status !== 'live' || this.source !== this.#picture.source?.kind) this.#tick();
  }

  #clearPicture(): void {
    this.#picture.clear();
    this.hasPicture = false;
    this.hasSnapshot = false;
  }

  #tick(): void {
    // A hidden page presents no frames, which shows nothing about the camera.
    if (!this.#readout || document.hidden) return;
    const { status, age, words, limit, isSignedOut } = this.#readout.read(
      (this.time ??= new ShownTime(deviceTimeZone())),
      { videoWidth: this.video.videoWidth, shownWidth: this.#view.view?.width ?? 0 },
    );
    this.source = status === 'live' ? (this.#picture.source?.kind ?? null) : null;
    this.status = status;
    if (status === 'off') this.#clearPicture();
    this.age = age;
    this.isSignedOut = isSignedOut;
    this.limit = limit;
    this.words = words;
  }

  #sampleIfWanted(): void {
    this.#sampler?.close();
    this.#sampler = null;
    this.stats = null;
    if (!this.showStats || !this.#feed || !this.#connection) return;
    const { signaling, clock, figures } = this.#connection;
    const onStats = (stats: CameraStats): void => {
      this.stats = stats;
    };
    this.#sampler = new CameraStatsSampler({
      feed: this.#feed,
      signaling,
      clock,
      figures,
      frames: this.#picture.frames,
      onStats,
    });
  }
}

customElements.define('vigie-camera', VigieCamera);

declare global {
  interface HTMLElementTagNameMap {
    'vigie-camera': VigieCamera;
  }
}
