/**
 * `<vigie-step-player>`: one of several players that show the same moment. It does not play by itself: `follow` sets the moment
 * many times a second. While one segment plays the next is fetched, so that the change is not visible.
 */

import { LitElement, css, html, nothing, type TemplateResult } from 'lit';
import type { RecordedSegment, RecordingGap } from '../../server/wire/recording.ts';
import { SegmentPair, segmentPairStyles, otherVideo, type VideoIndex } from './segment-pair.ts';
import { Playlist } from './playlist.ts';
import { isFrozen } from './recording-hints.ts';
import { GAP_WORDS } from './recording-words.ts';
import { correction } from './step-clock.ts';

const PRELOAD_MS = 8_000;
/** While it stands still. */
const NEAR_SECONDS = 0.02;

export class VigieStepPlayer extends LitElement {
  static override styles = [
    segmentPairStyles,
    css`
      :host {
        border-radius: 0.8rem;
        color: #f1f5f9;
      }
      .name {
        position: absolute;
        left: 0.6rem;
        bottom: 0.5rem;
        padding: 0.1rem 0.5rem;
        border-radius: 0.5rem;
        background: rgb(4 10 14 / 0.6);
        font-size: 0.875rem;
      }
      .why {
        position: absolute;
        inset: 0;
        display: grid;
        padding: 1rem;
        color: #94a3b8;
        font-size: 0.9375rem;
        text-align: center;
        place-items: center;
      }
    `,
  ];
  static override properties = {
    cameraId: {},
    name: {},
    segments: { attribute: false },
    gaps: { attribute: false },
    shown: { state: true },
    why: { state: true },
    frozen: { state: true },
  };
  declare cameraId: string;
  declare name: string;
  declare segments: readonly RecordedSegment[];
  declare gaps: readonly RecordingGap[];
  /** Which of the two videos is in front; neither where there is no segment. */
  declare protected shown: VideoIndex | undefined;
  /** Why there is no picture. */
  declare protected why: string;
  /** The sensor hung at the moment shown. */
  declare protected frozen: boolean;
  readonly #pair = new SegmentPair(() => this.renderRoot);

  constructor() {
    super();
    this.cameraId = '';
    this.name = '';
    this.segments = [];
    this.gaps = [];
    this.why = '';
    this.frozen = false;
  }

  /** The shown moment, ms since the Unix epoch; undefined if there is none. */
  get momentMs(): number | undefined {
    return this.shown === undefined ? undefined : this.#pair.momentMs(this.shown);
  }

  /** @returns false while its picture is still on the way */
  follow(momentMs: number, playing: boolean, speed: number): boolean {
    if (!this.hasUpdated) return true;
    const playlist = new Playlist(this.segments);
    const position = playlist.at(momentMs);
    if (!position || position.segment.startMs > momentMs) {
      this.#showNothing(momentMs);
      return true;
    }
    const index = this.#front(position.segment, momentMs);
    const video = this.#pair.video(index);
    this.shown = index;
    this.why = '';
    this.frozen = isFrozen(this.gaps, momentMs);
    const loaded = this.#pair.segment(index) ?? position.segment;
    const next = playlist.further(loaded) ?? playlist.after(position.segment);
    if (next && Math.max(next.startMs, loaded.endMs) - momentMs < PRELOAD_MS * speed)
      this.#pair.load(otherVideo(index), this.cameraId, next);
    return playing ? this.#run(video, position.seconds, speed) : stand(video, position.seconds);
  }

  protected override render(): TemplateResult {
    return html`${this.#pair.render(this.shown)}${this.why ? html`<div class="why">${this.why}</div>` : nothing}
      <span class="name">${this.name}${this.frozen ? ' · picture frozen' : ''}</span>`;
  }

  #run(video: HTMLVideoElement, seconds: number, speed: number): boolean {
    if (video.seeking) return false;
    const { jump, rate } = correction((video.currentTime - seconds) * 1000, speed);
    if (jump) video.currentTime = seconds;
    video.playbackRate = rate;
    // A seek right after interrupts it; the next call plays.
    if (video.paused) video.play().catch(() => undefined);
    return !jump && video.readyState >= HTMLMediaElement.HAVE_FUTURE_DATA;
  }

  #showNothing(momentMs: number): void {
    const gap = this.gaps.find(
      ({ startMs, endMs }) => startMs <= momentMs && momentMs <= (endMs ?? Number.MAX_SAFE_INTEGER),
    );
    this.why = gap ? GAP_WORDS[gap.reason] : 'No recording';
    this.frozen = false;
    if (this.shown !== undefined) this.#pair.video(this.shown).pause();
    this.shown = undefined;
  }

  /** The video that holds this segment, or will. */
  #front(segment: RecordedSegment, ms: number): VideoIndex {
    const holder = this.#pair.holderOf(segment, ms);
    if (holder !== undefined) return holder;
    const index = this.shown === 0 ? 1 : 0;
    this.#pair.load(index, this.cameraId, segment);
    return index;
  }
}

function stand(video: HTMLVideoElement, seconds: number): boolean {
  video.pause();
  if (!video.seeking && Math.abs(video.currentTime - seconds) > NEAR_SECONDS) video.currentTime = seconds;
  return !video.seeking && video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA;
}

customElements.define('vigie-step-player', VigieStepPlayer);

declare global {
  interface HTMLElementTagNameMap {
    'vigie-step-player': VigieStepPlayer;
  }
}
