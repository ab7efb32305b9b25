/**
 * `<vigie-recording-player>`: plays a camera's recordings as if they were one film. While one file plays the next is fetched
 * into a second video, which takes over without a black picture.
 *
 * Fires `vigie-time` {ms} as it plays, `vigie-state` {playing, waiting, message}.
 */

import { LitElement, css, html, nothing, type TemplateResult } from 'lit';
import type { RecordedSegment } from '../../server/wire/recording.ts';
import { filmUrl } from './film-url.ts';
import { Playlist } from './playlist.ts';

/** Just before a picture begins to be shown, the one before it is. */
const BEFORE_MS = 1;
/** How far one looks at a time for the next picture, whose distance nothing tells; shorter than any lasts. */
const AHEAD_MS = 20;

export class VigieRecordingPlayer extends LitElement {
  static override styles = css`
    :host {
      display: block;
      position: relative;
      aspect-ratio: 4 / 3;
      overflow: hidden;
      background: #000;
    }
    video {
      position: absolute;
      inset: 0;
      width: 100%;
      height: 100%;
      object-fit: contain;
      visibility: hidden;
    }
    video.shown {
      visibility: visible;
    }
    .busy {
      position: absolute;
      inset: 0;
      margin: auto;
      width: 2.5rem;
      height: 2.5rem;
      border: 4px solid rgb(255 255 255 / 0.25);
      border-top-color: #fff;
      border-radius: 50%;
      /* Most pictures are there before anybody could wonder. */
      opacity: 0;
      animation:
        turn 1s linear infinite,
        appear 0.2s 0.6s forwards;
    }
    @keyframes turn {
      to {
        transform: rotate(1turn);
      }
    }
    @keyframes appear {
      to {
        opacity: 1;
      }
    }
  `;
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
  declare protected shown: 0 | 1;
  /** Which film each of them holds. */
  readonly #films: [RecordedSegment | undefined, RecordedSegment | undefined] = [undefined, undefined];
  /** When the picture each of them shows begins, seconds into its film. */
  readonly #pictures: [number, number] = [0, 0];
  /** On its way to a picture: the one it shows is not the one it is asked for. */
  declare protected seeking: boolean;
  #playing = false;
  /** Asked for before there was a picture to go from. */
  #nextStep: 1 | -1 | undefined;
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

  /** Now in the film, ms since the Unix epoch; undefined before anything was chosen. */
  get momentMs(): number | undefined {
    const film = this.#films[this.shown];
    return film && film.startMs + this.#video(this.shown).currentTime * 1000;
  }

  /** @returns false when nothing was recorded then or later */
  seek(ms: number): boolean {
    const position = new Playlist(this.segments).at(ms);
    if (!position) return false;
    this.#steppingFrom = undefined;
    this.seeking = true;
    this.#load(this.shown, position.segment);
    this.#video(this.shown).currentTime = position.seconds;
    this.#tell();
    return true;
  }

  play(): void {
    if (!this.#films[this.shown]) return;
    this.#steppingFrom = undefined;
    this.#nextStep = undefined;
    this.#playing = true;
    this.#start();
  }

  pause(): void {
    this.#steppingFrom = undefined;
    this.#nextStep = undefined;
    this.#playing = false;
    this.#video(this.shown).pause();
    this.#tell();
  }

  /** One picture on or back, however far apart they are. */
  step(direction: 1 | -1): void {
    this.pause();
    const film = this.#films[this.shown];
    if (!film) return;
    if (this.seeking) {
      this.#nextStep = direction;
      return;
    }
    const picture = this.#pictures[this.shown];
    if (direction === -1) this.seek(film.startMs + picture * 1000 - BEFORE_MS);
    else this.#lookAhead(film, picture);
  }

  protected override firstUpdated(): void {
    for (const index of [0, 1] as const) this.#watchPictures(index);
  }

  protected override updated(): void {
    for (const index of [0, 1] as const) this.#video(index).playbackRate = this.speed;
  }

  protected override render(): TemplateResult {
    return html`${([0, 1] as const).map(
      (index) =>
        html`<video
          class=${index === this.shown ? 'shown' : ''}
          muted
          playsinline
          disablepictureinpicture
          preload="auto"
          data-testid=${index === this.shown ? 'recording-video' : 'next-video'}
          @timeupdate=${() => this.#onTime(index)}
          @loadeddata=${() => this.#onSeeked(index)}
          @seeked=${() => this.#onSeeked(index)}
          @ended=${() => this.#onEnded(index)}
          @error=${() => this.#onError(index)}
        ></video>`,
    )}${this.seeking ? html`<div class="busy" role="status" aria-label="The picture is on its way"></div>` : nothing}`;
  }

  #video(index: 0 | 1): HTMLVideoElement {
    const video = this.renderRoot.querySelectorAll('video')[index];
    if (!video) throw new Error('the player has not been rendered yet');
    return video;
  }

  #load(index: 0 | 1, film: RecordedSegment): void {
    if (this.#films[index]?.id === film.id) return;
    this.#films[index] = film;
    const video = this.#video(index);
    video.src = filmUrl(this.cameraId, film.id);
    video.playbackRate = this.speed;
  }

  #start(): void {
    const video = this.#video(this.shown);
    video.playbackRate = this.speed;
    // A seek right after interrupts it; the next call plays.
    video.play().catch(() => undefined);
    this.#prepareNext();
    this.#tell();
  }

  #prepareNext(): void {
    const film = this.#films[this.shown];
    const next = film && new Playlist(this.segments).upcoming(film);
    if (next) this.#load(other(this.shown), next);
  }

  #watchPictures(index: 0 | 1): void {
    this.#video(index).requestVideoFrameCallback((_now, { mediaTime }) => {
      this.#pictures[index] = mediaTime;
      this.#watchPictures(index);
    });
  }

  /** Playing until the next one would be quicker, and skip some where the machine is busy. */
  #lookAhead(film: RecordedSegment, picture: number): void {
    const ms = film.startMs + this.#video(this.shown).currentTime * 1000;
    if (this.seek(ms + AHEAD_MS) && this.#films[this.shown] === film) this.#steppingFrom = picture;
  }

  #onSeeked(index: 0 | 1): void {
    this.#onTime(index);
    if (index !== this.shown) return;
    // What the browser tells of its picture may lag a frame behind.
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        if (index === this.shown && !this.#video(index).seeking) this.#onPicture();
      }),
    );
  }

  #onPicture(): void {
    this.seeking = false;
    const film = this.#films[this.shown];
    const from = this.#steppingFrom;
    if (film && from !== undefined && this.#pictures[this.shown] <= from) return this.#lookAhead(film, from);
    this.#steppingFrom = undefined;
    const step = this.#nextStep;
    if (step !== undefined) this.step(step);
  }

  #onTime(index: 0 | 1): void {
    if (index === this.shown) this.#tell();
  }

  #onError(index: 0 | 1): void {
    if (index !== this.shown) return;
    this.seeking = false;
    this.#onEnded(index);
  }

  #onEnded(index: 0 | 1): void {
    const film = this.#films[index];
    if (index !== this.shown || !film) return;
    const next = new Playlist(this.segments).after(film);
    if (!next) return this.pause();
    const front = other(this.shown);
    this.#load(front, next);
    this.#video(front).currentTime = 0;
    this.shown = front;
    if (this.#playing) this.#start();
  }

  #tell(): void {
    const ms = this.momentMs;
    if (ms !== undefined) this.dispatchEvent(new CustomEvent('vigie-time', { detail: { ms } }));
    this.dispatchEvent(new Event('vigie-state'));
  }
}

function other(index: 0 | 1): 0 | 1 {
  return index === 0 ? 1 : 0;
}

customElements.define('vigie-recording-player', VigieRecordingPlayer);
