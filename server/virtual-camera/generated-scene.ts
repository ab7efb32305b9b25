/**
 * A drawn picture: a lighthouse over the sea, with the camera's name, its clock and, unless it is to look at only, a
 * machine-readable time code.
 *
 * The static parts are painted once; per frame they are copied, the moving parts and the time code are drawn over them,
 * and FFmpeg makes the JPEG: one to three milliseconds for VGA.
 */

import { FRAME_SIZES, type CameraSettings, type FrameSizeName } from '../wire/camera-settings.ts';
import { drawTimeCode } from '../wire/time-code.ts';
import type { Picture, PictureSource } from './picture-source.ts';
import { RawPicture } from './raw-picture.ts';
import { SceneActors } from './scene-actors.ts';
import { paintBackground, type SceneTone } from './scene-background.ts';
import { SceneForeground } from './scene-foreground.ts';
import { sceneLayout } from './scene-layout.ts';
import { paletteOf, seedOf } from './scene-palette.ts';
import { SceneText } from './scene-text.ts';
import { SensorJpegEncoder } from './sensor-jpeg-encoder.ts';

export interface GeneratedSceneOptions {
  /** Printed into the picture; it also chooses the time of day. */
  name: string;
  frameSize: FrameSizeName;
  /** The sensor's scale, 4 (best) … 63 (worst). */
  jpegQuality: number;
  /** Draw a time code; left out: it is drawn. */
  hasTimeCode?: boolean;
}

/** Everything that belongs to one size and tone. */
interface Stage {
  /** Top of the time code's strip: it is for machines, and stays undisturbed. */
  stripY: number;
  backgrounds: RawPicture[];
  foreground: SceneForeground;
  picture: RawPicture;
  actors: SceneActors;
  text: SceneText;
  encoder: SensorJpegEncoder;
}

export class GeneratedScene implements PictureSource {
  readonly #name: string;
  readonly #hasTimeCode: boolean;
  #frameSize: FrameSizeName;
  #jpegQuality: number;
  #tone: SceneTone;
  #turn = { mirror: false, flip: false };
  #stage: Stage;
  #changes: Promise<unknown> = Promise.resolve();
  #frames = 0;
  #closed = false;

  private constructor(options: GeneratedSceneOptions, tone: SceneTone, stage: Stage) {
    this.#name = options.name;
    this.#hasTimeCode = options.hasTimeCode ?? true;
    this.#frameSize = options.frameSize;
    this.#jpegQuality = options.jpegQuality;
    this.#tone = tone;
    this.#stage = stage;
  }

  static async create(options: GeneratedSceneOptions): Promise<GeneratedScene> {
    const tone = { flash: 0, brightness: 0, contrast: 0, exposure: 0, whiteBalance: 'auto' } as const;
    return new GeneratedScene(options, tone, await setStage(options, tone));
  }

  render(timeUs: number): Picture {
    const { stripY, backgrounds, foreground, picture, actors, text, encoder } = this.#stage;
    const { width, height } = picture;
    const seconds = timeUs / 1_000_000;
    const background = backgrounds[this.#frames++ % backgrounds.length] ?? picture;
    picture.copyFrom(background);
    actors.drawBehind(picture, seconds);
    foreground.restore(picture, background);
    actors.drawBeam(picture, seconds);
    text.drawClock(picture, clockText(timeUs));
    picture.turn(stripY, this.#turn);
    if (this.#hasTimeCode) drawTimeCode(picture.bytes, width, width, height, timeUs);
    return { jpeg: encoder.encode(picture, this.#jpegQuality), width, height };
  }

  apply(settings: CameraSettings): Promise<string | undefined> {
    // Run one after the other: two concurrent changes would each build a stage from the same old one.
    const change = this.#changes.then(() => this.#change(settings));
    this.#changes = change.catch(() => undefined);
    return change.then(() => undefined);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#stage.encoder.close();
  }

  async #change(settings: CameraSettings): Promise<void> {
    const frameSize = settings.frameSize ?? this.#frameSize;
    const tone = {
      flash: settings.flash ?? this.#tone.flash,
      brightness: settings.brightness ?? this.#tone.brightness,
      contrast: settings.contrast ?? this.#tone.contrast,
      exposure: settings.exposure ?? this.#tone.exposure,
      whiteBalance: settings.whiteBalance ?? this.#tone.whiteBalance,
    };
    if (frameSize !== this.#frameSize || JSON.stringify(tone) !== JSON.stringify(this.#tone)) {
      const stage = await setStage({ name: this.#name, frameSize, hasTimeCode: this.#hasTimeCode }, tone);
      if (this.#closed) {
        stage.encoder.close();
        return;
      }
      this.#stage.encoder.close();
      this.#stage = stage;
      this.#frameSize = frameSize;
      this.#tone = tone;
    }
    this.#jpegQuality = settings.jpegQuality ?? this.#jpegQuality;
    this.#turn = {
      mirror: settings.hMirror ?? this.#turn.mirror,
      flip: settings.vFlip ?? this.#turn.flip,
    };
  }
}

async function setStage(
  { name, frameSize, hasTimeCode }: Omit<GeneratedSceneOptions, 'jpegQuality'>,
  tone: SceneTone,
): Promise<Stage> {
  const [width, height] = FRAME_SIZES[frameSize];
  const seed = seedOf(name);
  const palette = paletteOf(seed);
  const layout = sceneLayout(width, height, palette.sunAt, hasTimeCode);
  const text = await SceneText.load(height);
  return {
    stripY: Math.floor(layout.stripY),
    backgrounds: paintBackground(layout, palette, seed, tone, { font: text, name }),
    foreground: new SceneForeground(layout),
    picture: new RawPicture(width, height),
    actors: new SceneActors(layout, palette, seed),
    text,
    encoder: new SensorJpegEncoder(width, height),
  };
}

/** The viewer's wall clock, to a tenth of a second. */
function clockText(timeUs: number): string {
  const time = new Date(timeUs / 1000);
  const date = [time.getFullYear(), time.getMonth() + 1, time.getDate()].map(twoDigits).join('-');
  const clock = [time.getHours(), time.getMinutes(), time.getSeconds()].map(twoDigits).join(':');
  return `${date} ${clock}.${Math.floor(time.getMilliseconds() / 100)}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
