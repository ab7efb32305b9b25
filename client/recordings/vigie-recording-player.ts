/**
 * `<vigie-recording-player>`: plays a camera's recordings as if they were one video. While one file plays the next is fetched
 * into a second video, which takes over without a black picture.
 *
 * Fires `vigie-time` {ms} as it plays, `vigie-state` when it begins or stops, `vigie-edge` when it needs newer segments.
 */

import { LitElement, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { RecordedSegment } from '../../server/wire/recording.ts';
import { SegmentPair, segmentPairStyles, otherVideo, VIDEOS, type VideoIndex } from './segment-pair.ts';
import { endsEarly, Playlist } from './playlist.ts';
import { RecordingEdge } from './recording-edge.ts';
import { recordingPlayerStyles } from './vigie-recording-player.styles.ts';

/** Just before a picture begins to be shown, the one before it is. */
const BEFORE_MS = 1;
/** How often the player advances through a part that the browser does not play. */
const REST_MS = 500;
/** How far one looks at a time for the next picture, whose distance nothing tells; shorter than any lasts. */
const AHEAD_MS = 20;

export class VigieRecordingPlayer extends LitElement {
  static override styles = [segmentPairStyles, recordingPlayerStyles];
  static override properties = {
    cameraId: {},
    segments: { attribute: false },
    speed: { attribute: false },
    shown: { state: true },
    seeking: { state: true },
  };
  declare cameraId: string;
  declare segments: readonly RecordedSegment[];
  declare speed: number;
  /** Which of the two videos is in front. */
  declare protected shown: VideoIndex;
  readonly #pair = new SegmentPair(() => this.renderRoot);
  /** When the picture each of them shows begins, seconds into its segment. */
  readonly #pictures: [number, number] = [0, 0];
  /** Seeking: the shown picture is not the requested one yet. */
  declare protected seeking: boolean;
  #playing = false;
  /** How far the segment in front has been played, seconds. */
  #reached = 0;
  /** Goes on through the rest of a segment that the browser has ended before its time. */
  #rest: ReturnType<typeof setInterval> | undefined;
  /** Asked for before there was a picture to go from. */
  #nextStep: 1 | -1 | undefined;
  readonly #edge = new RecordingEdge(() => this.dispatchEvent(new Event('vigie-edge')));
  /** The video with more of the segment in front, until its picture is there. */
  #coming: VideoIndex | undefined;
  /** Looks for a picture after the one that begins then. */
  #steppingFrom: number | undefined;

  constructor() {
    super();
    this.segments = [];
    this.speed = 1;
    this.shown = 0;
    this.seeking = false;
  }

  get playing(): boolean {
    return this.#playing;
  }

  /** Now in the segment, ms since the Unix epoch; undefined before anything was chosen. */
  get momentMs(): number | undefined {
    return this.#pair.momentMs(this.shown);
  }

  /** @returns false when there is no recording of that time or later */
  seek(ms: number): boolean {
    const position = new Playlist(this.segments).at(ms);
    if (!position) return false;
    const wasStopped = this.#stopRest() || this.#edge.isWaiting || this.#coming !== undefined;
    this.#leaveEdge();
    this.#steppingFrom = undefined;
    this.seeking = true;
    this.#pair.load(this.shown, this.cameraId, position.segment, ms);
    this.#pair.video(this.shown).currentTime = position.seconds;
    if (wasStopped && this.#playing) this.#start();
    this.#tell();
    return true;
  }

  play(): void {
    if (!this.#pair.segment(this.shown)) return;
    this.#steppingFrom = undefined;
    this.#nextStep = undefined;
    this.#playing = true;
    this.#start();
  }

  pause(): void {
    this.#steppingFrom = undefined;
    this.#nextStep = undefined;
    this.#playing = false;
    this.#stopRest();
    this.#leaveEdge();
    this.#pair.video(this.shown).pause();
    this.#tell();
  }

  /** One picture forward or back, however far apart they are. */
  step(direction: 1 | -1): void {
    this.pause();
    const segment = this.#pair.segment(this.shown);
    if (!segment) return;
    if (this.seeking) {
      this.#nextStep = direction;
      return;
    }
    const picture = this.#pictures[this.shown];
    if (direction === -1) this.seek(segment.startMs + picture * 1000 - BEFORE_MS);
    else this.#lookAhead(segment, picture);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stopRest();
    this.#leaveEdge();
  }

  protected override firstUpdated(): void {
    for (const index of VIDEOS) this.#watchPictures(index);
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has('segments') && this.#edge.isWaiting) this.#goOn();
    for (const index of VIDEOS) this.#pair.video(index).playbackRate = this.speed;
  }

  protected override render(): TemplateResult {
    return html`${this.#pair.render(this.shown, {
      onTime: (index) => this.#onTime(index),
      onSeeked: (index) => this.#onSeeked(index),
      onEnded: (index) => this.#onEnded(index),
      onError: (index) => this.#onError(index),
    })}${this.seeking ? html`<div class="busy" role="status" aria-label="Loading"></div>` : nothing}`;
  }

  #start(): void {
    const video = this.#pair.video(this.shown);
    video.playbackRate = this.speed;
    // A seek right after interrupts it; the next call plays.
    video.play().catch(() => undefined);
    this.#prepareNext();
    this.#tell();
  }

  #prepareNext(): void {
    const segment = this.#pair.segment(this.shown);
    const next = segment && new Playlist(this.segments).after(segment);
    if (next) this.#pair.load(otherVideo(this.shown), this.cameraId, next);
  }

  #watchPictures(index: VideoIndex): void {
    this.#pair.video(index).requestVideoFrameCallback((_now, { mediaTime }) => {
      this.#pictures[index] = mediaTime;
      this.#watchPictures(index);
    });
  }

  /** Playing until the next one would be faster, but would skip pictures on a busy machine. */
  #lookAhead(segment: RecordedSegment, picture: number): void {
    const ms = segment.startMs + this.#pair.video(this.shown).currentTime * 1000;
    if (this.seek(ms + AHEAD_MS) && this.#pair.segment(this.shown) === segment) this.#steppingFrom = picture;
  }

  #onSeeked(index: VideoIndex): void {
    if (index === this.#coming && !this.#pair.video(index).seeking) this.#bringToFront(index);
    this.#onTime(index);
    if (index !== this.shown) return;
    // The frame that the browser reports may lag one behind.
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        if (index === this.shown && !this.#pair.video(index).seeking) this.#onPicture();
      }),
    );
  }

  #onPicture(): void {
    this.seeking = false;
    const segment = this.#pair.segment(this.shown);
    const from = this.#steppingFrom;
    if (segment && from !== undefined && this.#pictures[this.shown] <= from)
      return this.#lookAhead(segment, from);
    this.#steppingFrom = undefined;
    const step = this.#nextStep;
    if (step !== undefined) this.step(step);
  }

  #onTime(index: VideoIndex): void {
    if (index !== this.shown) return;
    const { ended, currentTime } = this.#pair.video(index);
    // At the end, the browser reports the end of the file, however little of it was shown.
    if (!ended) this.#reached = currentTime;
    this.#tell();
  }

  #onError(index: VideoIndex): void {
    if (index === this.#coming) this.#waitAtEdge();
    if (index !== this.shown) return;
    this.seeking = false;
    this.#goOn();
  }

  #onEnded(index: VideoIndex): void {
    const segment = this.#pair.segment(index);
    if (index !== this.shown || !segment) return;
    if (this.#playing && endsEarly(segment, this.#reached)) this.#playRest(segment);
    else this.#goOn();
  }

  /** @returns whether it was being played */
  #stopRest(): boolean {
    const isRunning = this.#rest !== undefined;
    clearInterval(this.#rest);
    this.#rest = undefined;
    return isRunning;
  }

  #playRest(segment: RecordedSegment): void {
    this.#stopRest();
    let seconds = this.#reached;
    this.#rest = setInterval(() => {
      seconds += (REST_MS / 1000) * this.speed;
      if (segment.startMs + seconds * 1000 < segment.endMs)
        this.#pair.video(this.shown).currentTime = seconds;
      else this.#goOn();
    }, REST_MS);
  }

  #goOn(): void {
    this.#stopRest();
    const segment = this.#pair.segment(this.shown);
    if (!segment) return;
    const playlist = new Playlist(this.segments);
    const further = playlist.further(segment);
    const next = further ?? playlist.after(segment);
    if (!next) return this.#playing && playlist.isGrowing(segment) ? this.#waitAtEdge() : this.pause();
    const front = otherVideo(this.shown);
    const seconds = further ? this.#pair.video(this.shown).currentTime : 0;
    this.#leaveEdge();
    this.#pair.load(front, this.cameraId, next);
    this.#pair.video(front).currentTime = seconds;
    // More of the same picture: the one in front stays until then.
    if (further) this.#coming = front;
    else this.#bringToFront(front);
  }

  #bringToFront(front: VideoIndex): void {
    this.#coming = undefined;
    this.shown = front;
    this.#reached = this.#pair.video(front).currentTime;
    if (this.#playing) this.#start();
  }

  #waitAtEdge(): void {
    this.#coming = undefined;
    this.seeking = true;
    this.#edge.wait();
  }

  #leaveEdge(): void {
    if (this.#edge.isWaiting) this.seeking = false;
    this.#edge.leave();
    this.#coming = undefined;
  }

  #tell(): void {
    const ms = this.momentMs;
    if (ms !== undefined) this.dispatchEvent(new CustomEvent('vigie-time', { detail: { ms } }));
    this.dispatchEvent(new Event('vigie-state'));
  }
}

customElements.define('vigie-recording-player', VigieRecordingPlayer);
