/**
 * `<vigie-detections>`: boxes around what analysers have detected, over a live picture, at the frame they belong to.
 *
 * To a screen reader it is one picture that says what is there, such as `Detected: 2 person, 1 dog`; it does not interrupt.
 */

import { LitElement, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { DetectedBox } from '../../server/wire/detection.ts';
import type { CameraPicture } from './camera-picture.ts';
import type { DetectionTrack } from './detection-track.ts';
import type { DetectionsDirectory } from './detections-directory.ts';
import { boxText, boxesText } from './detections-text.ts';
import { pictureArea } from './picture-area.ts';
import { detectionsStyles } from './vigie-detections.styles.ts';

/** A box whose top is nearer to the picture's top, as a share of it, has its label inside. */
const NO_ROOM_ABOVE = 0.07;

export class VigieDetections extends LitElement {
  static override styles = detectionsStyles;
  static override properties = {
    cameraId: {},
    directory: { attribute: false },
    picture: { attribute: false },
    boxes: { state: true },
  };
  declare cameraId: string;
  declare directory: DetectionsDirectory;
  declare picture: CameraPicture;
  declare protected boxes: readonly DetectedBox[];
  #track: DetectionTrack | null = null;
  #stops: (() => void)[] = [];

  constructor() {
    super();
    this.cameraId = '';
    this.boxes = [];
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.hasUpdated) this.#watch();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#unwatch();
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('cameraId') || changed.has('directory') || changed.has('picture')) this.#watch();
  }

  protected override render(): TemplateResult | typeof nothing {
    const { video } = this.picture;
    const area = pictureArea(
      { width: this.clientWidth, height: this.clientHeight },
      { width: video.videoWidth, height: video.videoHeight },
      getComputedStyle(video).objectFit,
    );
    if (!area || this.boxes.length === 0) return nothing;
    const { left, top, width, height } = area;
    return html`<div
      class="area"
      role="img"
      aria-label=${boxesText(this.boxes)}
      data-testid="detections"
      .style=${`left: ${left}px; top: ${top}px; width: ${width}px; height: ${height}px`}
    >
      ${this.boxes.map((box) => this.#box(box))}
    </div>`;
  }

  #box(box: DetectedBox): TemplateResult {
    const { x, y, width, height } = box;
    const place = [x, y, width, height].map((share) => `${(100 * share).toFixed(2)}%`);
    return html`<div
      class="box ${y < NO_ROOM_ABOVE ? 'low' : ''} ${x > 0.5 ? 'right' : ''}"
      data-testid="detection"
      .style=${`left: ${place[0]}; top: ${place[1]}; width: ${place[2]}; height: ${place[3]}`}
    >
      <span class="label">${boxText(box)}</span>
    </div>`;
  }

  #watch(): void {
    this.#unwatch();
    if (!this.isConnected || !this.cameraId) return;
    const { track, stop } = this.directory.watch(this.cameraId);
    this.#track = track;
    const update = (): void => this.#update();
    this.#stops = [
      stop,
      this.picture.frames.on('frame', update),
      // A report may come after its frame is on the screen, and the next frame much later.
      this.directory.on('change', (cameraId) => {
        if (cameraId === this.cameraId) this.#update();
      }),
    ];
    this.#update();
  }

  #unwatch(): void {
    for (const stop of this.#stops.splice(0)) stop();
    this.#track = null;
  }

  #update(): void {
    const boxes = this.#track?.boxesAt(this.picture.frames.captureUs) ?? [];
    if (boxes.length > 0 || this.boxes.length > 0) this.boxes = boxes;
  }
}

customElements.define('vigie-detections', VigieDetections);

declare global {
  interface HTMLElementTagNameMap {
    'vigie-detections': VigieDetections;
  }
}
