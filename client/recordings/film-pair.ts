/**
 * Two videos, one over the other: while one plays a file of a camera's recordings, the next file loads into the other, which
 * then takes over without a black picture. What a player shows when is the player's own.
 */

import { css, html, nothing, type TemplateResult } from 'lit';
import type { RecordedSegment } from '../../server/wire/recording.ts';
import { filmUrl } from './playlist.ts';

export type VideoIndex = 0 | 1;

export const VIDEOS = [0, 1] as const;

export const filmPairStyles = css`
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
`;

export interface VideoListeners {
  onTime: (index: VideoIndex) => void;
  onSeeked: (index: VideoIndex) => void;
  onEnded: (index: VideoIndex) => void;
  onError: (index: VideoIndex) => void;
}

export class FilmPair {
  readonly #root: () => ParentNode;
  readonly #films: [RecordedSegment | undefined, RecordedSegment | undefined] = [undefined, undefined];

  /** @param root where the videos have been rendered */
  constructor(root: () => ParentNode) {
    this.#root = root;
  }

  /** @throws Error before the first rendering */
  video(index: VideoIndex): HTMLVideoElement {
    const video = this.#root().querySelectorAll('video')[index];
    if (!video) throw new Error('the player has not been rendered yet');
    return video;
  }

  film(index: VideoIndex): RecordedSegment | undefined {
    return this.#films[index];
  }

  /** The moment a video shows, ms since the Unix epoch; undefined before it has a film. */
  momentMs(index: VideoIndex): number | undefined {
    const film = this.#films[index];
    return film && film.startMs + this.video(index).currentTime * 1000;
  }

  /** Which video holds this film, if any. */
  holderOf({ id }: RecordedSegment): VideoIndex | undefined {
    return VIDEOS.find((index) => this.#films[index]?.id === id);
  }

  /** A film that is loaded already stays as it is. */
  load(index: VideoIndex, cameraId: string, film: RecordedSegment): void {
    if (this.#films[index]?.id === film.id) return;
    this.#films[index] = film;
    const video = this.video(index);
    video.pause();
    video.src = filmUrl(cameraId, film.id);
  }

  /** @param shown the one in front; undefined: neither */
  render(shown: VideoIndex | undefined, listeners?: VideoListeners): TemplateResult {
    return html`${VIDEOS.map(
      (index) =>
        html`<video
          class=${index === shown ? 'shown' : ''}
          muted
          playsinline
          disablepictureinpicture
          preload="auto"
          data-testid=${index === shown ? 'recording-video' : 'next-video'}
          @timeupdate=${listeners ? () => listeners.onTime(index) : nothing}
          @loadeddata=${listeners ? () => listeners.onSeeked(index) : nothing}
          @seeked=${listeners ? () => listeners.onSeeked(index) : nothing}
          @ended=${listeners ? () => listeners.onEnded(index) : nothing}
          @error=${listeners ? () => listeners.onError(index) : nothing}
        ></video>`,
    )}`;
  }
}

export function otherVideo(index: VideoIndex): VideoIndex {
  return index === 0 ? 1 : 0;
}
