/**
 * `<vigie-live-tools>`: the buttons of a live picture: quality, detections, statistics, a picture or a recording to keep, a
 * window of its own, and full screen.
 *
 * @fires vigie-stats - the statistics are to be shown or hidden
 */

import { LitElement, css, html, nothing, type TemplateResult } from 'lit';
import type { AppContext } from '../app-context.ts';
import { saveAs } from '../http/receive-file.ts';
import { StreamRecorder } from '../live/stream-recorder.ts';
import type { VigieCamera } from '../live/vigie-camera.ts';
import '../live/vigie-quality-menu.ts';
import { iconButton } from '../ui/icon-button.ts';
import { listen } from '../ui/listen.ts';

/** Safari on iPhones supports full screen only for the video itself. */
type AppleVideo = HTMLVideoElement & { webkitEnterFullscreen?: () => void };

export class LiveTools extends LitElement {
  static override styles = css`
    :host {
      display: contents;
    }
  `;
  static override properties = {
    context: { attribute: false },
    cameraId: {},
    camera: { attribute: false },
    mayHaveDetections: { type: Boolean },
    showStats: { type: Boolean },
    recorder: { state: true },
  };
  declare context: AppContext;
  declare cameraId: string;
  /** The element that shows the picture; looked up when it is needed. */
  declare camera: () => VigieCamera | undefined;
  declare mayHaveDetections: boolean;
  declare showStats: boolean;
  declare protected recorder: StreamRecorder | null;

  constructor() {
    super();
    this.mayHaveDetections = false;
    this.showStats = false;
    this.recorder = null;
    listen(this, (update) => this.context.live.detectionsChoice.on('change', update));
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    // This saves it.
    this.recorder?.stop();
  }

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has('cameraId')) this.recorder?.stop();
  }

  protected override render(): TemplateResult {
    const { showStats, recorder } = this;
    const { detectionsChoice, quality } = this.context.live;
    return html`
      <vigie-quality-menu .quality=${quality}></vigie-quality-menu>
      ${
        this.mayHaveDetections
          ? iconButton({
              icon: 'detections',
              label: detectionsChoice.isShown ? 'Hide detections' : 'Show detections',
              testId: 'toggle-detections',
              pressed: detectionsChoice.isShown,
              onClick: () => this.toggleDetections(),
            })
          : nothing
      }
      ${iconButton({
        icon: 'gauge',
        label: showStats ? 'Hide statistics' : 'Show statistics',
        testId: 'toggle-stats',
        pressed: showStats,
        onClick: () => this.dispatchEvent(new CustomEvent('vigie-stats')),
      })}
      ${iconButton({
        icon: 'download',
        label: 'Save snapshot',
        testId: 'save-snapshot',
        onClick: () => void this.saveSnapshot(),
      })}
      ${
        StreamRecorder.isSupported
          ? iconButton({
              icon: recorder ? 'stop' : 'record',
              label: recorder ? 'Stop recording and save' : 'Record on this device',
              testId: 'record',
              pressed: recorder !== null,
              onClick: () => this.toggleRecording(),
            })
          : nothing
      }
      ${
        document.pictureInPictureEnabled
          ? iconButton({
              icon: 'picture-in-picture',
              label: 'Picture in picture',
              testId: 'picture-in-picture',
              onClick: () => this.#pictureInPicture(),
            })
          : nothing
      }
      ${iconButton({
        icon: 'expand',
        label: 'Full screen',
        testId: 'fullscreen',
        onClick: () => this.fullscreen(),
      })}
    `;
  }

  toggleDetections(): void {
    const { detectionsChoice } = this.context.live;
    if (this.mayHaveDetections) detectionsChoice.choose(!detectionsChoice.isShown);
  }

  fullscreen(): void {
    const camera = this.camera();
    if (!camera) return;
    if (document.fullscreenElement) void document.exitFullscreen();
    else if (document.fullscreenEnabled) void camera.requestFullscreen();
    else (camera.video as AppleVideo).webkitEnterFullscreen?.();
  }

  async saveSnapshot(): Promise<void> {
    const name = this.#fileName();
    const picture = await this.camera()?.takeSnapshot();
    if (picture) saveAs(picture, `${name}.jpg`);
  }

  /** Begins a recording of what is shown, or ends and saves it. */
  toggleRecording(): void {
    if (this.recorder) return this.recorder.stop();
    const video = this.camera()?.video;
    if (!video || !(video.srcObject instanceof MediaStream)) return;
    const name = this.#fileName();
    this.recorder = new StreamRecorder(video, ({ blob, extension }) => {
      this.recorder = null;
      saveAs(blob, `${name}.${extension}`);
    });
  }

  #pictureInPicture(): void {
    // Refused before there is a picture.
    if (document.pictureInPictureElement) document.exitPictureInPicture().catch(() => undefined);
    else
      this.camera()
        ?.video.requestPictureInPicture()
        .catch(() => undefined);
  }

  /** The camera's name and the site's time. */
  #fileName(): string {
    const { live, siteZone } = this.context;
    // Characters that a file system may not take.
    const name = (live.cameras.find(this.cameraId)?.name ?? 'camera').replaceAll(/[\\/:*?"<>|]/g, '-');
    return `${name} ${siteZone.time.fileStamp(live.clock.nowMs())}`;
  }
}

customElements.define('vigie-live-tools', LiveTools);
