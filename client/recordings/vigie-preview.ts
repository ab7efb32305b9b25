/**
 * `<vigie-preview>`: a small picture of a moment of a camera's recordings, for searching on the timeline. It plays the segment
 * itself, which the browser fetches in pieces, so the server has nothing to decode.
 *
 * Invariant: one moment is loaded at a time, then the newest requested one, however fast the pointer moves.
 */

import { LitElement, css, html, type TemplateResult } from 'lit';
import { monotonicMs } from '../clock.ts';
import type { RecordedSegment } from '../../server/wire/recording.ts';
import { segmentUrl, Playlist } from './playlist.ts';

/** A segment that does not come is not waited for longer. */
const PATIENCE_MS = 3_000;

export class VigiePreview extends LitElement {
  static override styles = css`
    video {
      display: block;
      width: 10rem;
      aspect-ratio: 4 / 3;
      border-radius: 0.3rem;
      background: #0b1218;
      object-fit: contain;
    }
    [hidden] {
      display: none;
    }
  `;
  static override properties = {
    cameraId: {},
    segments: { attribute: false },
    ms: { attribute: false },
    empty: { state: true },
  };
  declare cameraId: string;
  declare segments: readonly RecordedSegment[];
  /** The requested moment, ms since the Unix epoch. */
  declare ms: number | null;
  /** There is no recording of that moment. */
  declare protected empty: boolean;
  #segment: RecordedSegment | undefined;
  #looksUntilMs = 0;
  #shownSeconds = -1;

  constructor() {
    super();
    this.cameraId = '';
    this.segments = [];
    this.ms = null;
    this.empty = true;
  }

  protected override updated(): void {
    this.#look();
  }

  protected override render(): TemplateResult {
    return html`<video
      ?hidden=${this.empty}
      muted
      playsinline
      preload="metadata"
      data-testid="preview"
      @seeked=${() => this.#next()}
      @loadedmetadata=${() => this.#next()}
      @error=${() => this.#next()}
    ></video>`;
  }

  #next(): void {
    this.#looksUntilMs = 0;
    this.#look();
  }

  #look(): void {
    const { ms } = this;
    const position = ms === null ? undefined : new Playlist(this.segments).at(ms);
    const found = position && ms !== null && position.segment.startMs <= ms ? position : undefined;
    this.empty = !found;
    if (!found || monotonicMs() < this.#looksUntilMs) return;
    const video = this.renderRoot.querySelector('video');
    if (!video) return;
    const { id, startMs } = found.segment;
    // One that is being written is loaded again where more of it is wanted.
    const isLoaded =
      this.#segment?.id === id && (!this.#segment.open || (ms ?? startMs) < this.#segment.endMs);
    if (!isLoaded) {
      this.#segment = found.segment;
      this.#shownSeconds = -1;
      this.#looksUntilMs = monotonicMs() + PATIENCE_MS;
      video.src = segmentUrl(this.cameraId, found.segment);
      return;
    }
    if (video.readyState === HTMLMediaElement.HAVE_NOTHING || found.seconds === this.#shownSeconds) return;
    this.#shownSeconds = found.seconds;
    this.#looksUntilMs = monotonicMs() + PATIENCE_MS;
    video.currentTime = found.seconds;
  }
}

customElements.define('vigie-preview', VigiePreview);
