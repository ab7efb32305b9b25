/**
 * The levels of picture settings, from the owner's settings down to the lowest ones, in the order in which they are lowered: JPEG
 * quality, then frame size, then frame rate.
 *
 * Invariants: each level differs from the one above it in one setting; no level exceeds the owner's settings; frame sizes keep
 * the picture's aspect ratio if the camera has such sizes, because another ratio shows another part of the scene.
 */

import { FRAME_SIZES, type CameraSettings, type FrameSizeName } from '../../wire/camera-settings.ts';

/** `frameSize` is undefined for a camera whose size has no name: then it stays. */
export interface UplinkSettings {
  readonly jpegQuality: number;
  readonly frameSize: FrameSizeName | undefined;
  readonly maxFps: number;
}

export type UplinkSetting = keyof UplinkSettings;

export interface UplinkLevel extends UplinkSettings {
  /** The setting that differs from the level above; undefined on the highest. */
  readonly lowers: UplinkSetting | undefined;
  /** Estimated bytes of a picture, as a share of the highest level's. */
  readonly bytes: number;
}

/** The defaults. */
export const USUAL_SETTINGS = { frameSize: 'VGA', jpegQuality: 12, maxFps: 25 } as const;

/** On the sensor's scale of 4 … 63; a picture beyond this is worth less than a smaller one. */
const LOWEST_QUALITY = 48;
const QUALITY_STEP = 1.3;
/** Ratios of width to height that differ by no more count as one shape. */
const SAME_SHAPE = 1.1;
const FRAME_RATES = [15, 10, 7, 5];
/** Measured with pictures of the sensor and drawn ones: four times the quality number halves a picture's size. */
const BYTES_BY_QUALITY = 0.5;
const BYTES_BY_PIXELS = 0.75;

/** @param kept settings that this camera does not change */
export function uplinkLevels(
  wanted: UplinkSettings,
  kept: ReadonlySet<UplinkSetting> = new Set(),
): UplinkLevel[] {
  const levels: UplinkLevel[] = [{ ...wanted, lowers: undefined, bytes: 1 }];
  const lower = (lowers: UplinkSetting, change: Partial<UplinkSettings>): void => {
    if (kept.has(lowers)) return;
    const settings = { ...(levels.at(-1) ?? wanted), ...change, lowers };
    levels.push({ ...settings, bytes: estimatedBytes(settings) / estimatedBytes(wanted) });
  };
  for (const jpegQuality of lowerQualities(wanted.jpegQuality)) lower('jpegQuality', { jpegQuality });
  for (const frameSize of smallerSizes(wanted.frameSize)) lower('frameSize', { frameSize });
  for (const maxFps of FRAME_RATES) if (maxFps < wanted.maxFps) lower('maxFps', { maxFps });
  return levels;
}

/** The name of a size in pixels; undefined when it has none. */
export function frameSizeName(width: number, height: number): FrameSizeName | undefined {
  const names = Object.keys(FRAME_SIZES) as FrameSizeName[];
  return names.find((name) => FRAME_SIZES[name][0] === width && FRAME_SIZES[name][1] === height);
}

/** The settings that a level decides, as they are sent to a camera. */
export function uplinkPart({
  jpegQuality,
  frameSize,
  maxFps,
}: Partial<UplinkSettings>): Pick<CameraSettings, UplinkSetting> {
  return {
    ...(jpegQuality !== undefined && { jpegQuality }),
    ...(frameSize !== undefined && { frameSize }),
    ...(maxFps !== undefined && { maxFps }),
  };
}

function lowerQualities(wanted: number): number[] {
  if (wanted >= LOWEST_QUALITY) return [];
  const next = Math.round(wanted * QUALITY_STEP);
  // A level that hardly differs is left out.
  return next * Math.sqrt(QUALITY_STEP) < LOWEST_QUALITY ? [next, ...lowerQualities(next)] : [LOWEST_QUALITY];
}

function smallerSizes(wanted: FrameSizeName | undefined): FrameSizeName[] {
  if (!wanted) return [];
  const names = (Object.keys(FRAME_SIZES) as FrameSizeName[])
    .filter((name) => pixels(name) < pixels(wanted))
    .sort((a, b) => pixels(b) - pixels(a));
  const sameShape = names.filter((name) => {
    const ratio = shape(name) / shape(wanted);
    return ratio < SAME_SHAPE && ratio > 1 / SAME_SHAPE;
  });
  return sameShape.length > 0 ? sameShape : names;
}

/** 0 for a size without a name. */
export function pixelsOf({ frameSize }: Pick<UplinkSettings, 'frameSize'>): number {
  return frameSize ? pixels(frameSize) : 0;
}

function estimatedBytes(settings: Omit<UplinkSettings, 'maxFps'>): number {
  const { jpegQuality } = settings;
  return Math.max(1, pixelsOf(settings)) ** BYTES_BY_PIXELS / jpegQuality ** BYTES_BY_QUALITY;
}

function pixels(name: FrameSizeName): number {
  const [width, height] = FRAME_SIZES[name];
  return width * height;
}

function shape(name: FrameSizeName): number {
  const [width, height] = FRAME_SIZES[name];
  return width / height;
}
