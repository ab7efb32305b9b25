/**
 * Two videos, one over the other: while one plays a file of a camera's recordings, the next file loads into the other, which
 * then takes over without a black picture. The player itself decides which one is shown.
 */

import { css, html, nothing, type TemplateResult } from 'lit';
import type { RecordedSegment } from '../../server/wire/recording.ts';
import { segmentUrl } from './playlist.ts';

export type VideoIndex = 0 | 1;

export const VIDEOS = [0, 1] as const;

export const segmentPairStyles = css`
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

export class SegmentPair {
  readonly #root: () => ParentNode;
  readonly #segments: [RecordedSegment | undefined, RecordedSegment | undefined] = [undefined, undefined];

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

  segment(index: VideoIndex): RecordedSegment | undefined {
    return this.#segments[index];
  }

  /** The moment a video shows, ms since the Unix epoch; undefined before it has a segment. */
  momentMs(index: VideoIndex): number | undefined {
    const segment = this.#segments[index];
    return segment && segment.startMs + this.video(index).currentTime * 1000;
  }

  /** Which video holds this segment, if any; one that is being written, as far as this moment. */
  holderOf(segment: RecordedSegment, ms = Infinity): VideoIndex | undefined {
    return VIDEOS.find((index) => this.#holds(index, segment, ms));
  }

  /** A segment that is loaded already, as far as this moment, stays as it is. */
  load(index: VideoIndex, cameraId: string, segment: RecordedSegment, ms = Infinity): void {
    if (this.#holds(index, segment, ms)) return;
    this.#segments[index] = segment;
    const video = this.video(index);
    video.pause();
    video.src = segmentUrl(cameraId, segment);
  }

  #holds(index: VideoIndex, { id, bytes, open }: RecordedSegment, ms: number): boolean {
    const loaded = this.#segments[index];
    if (loaded?.id !== id) return false;
    return !loaded.open || (open && loaded.bytes === bytes) || loaded.endMs > ms;
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
