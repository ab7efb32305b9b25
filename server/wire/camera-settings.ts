/** Settings of a camera: in the welcome, in a `set` message, and in the API. */

export type FrameSizeName = keyof typeof FRAME_SIZES;

/** Frame sizes by their usual names (esp32-camera's framesize_t), width × height in pixels. */
export const FRAME_SIZES = {
  QQVGA: [160, 120],
  HQVGA: [240, 176],
  QVGA: [320, 240],
  CIF: [400, 296],
  HVGA: [480, 320],
  VGA: [640, 480],
  SVGA: [800, 600],
  XGA: [1024, 768],
  HD: [1280, 720],
  SXGA: [1280, 1024],
  UXGA: [1600, 1200],
} as const satisfies Record<string, readonly [number, number]>;

/** The sensor's white balance, by name. */
export const WHITE_BALANCES = ['auto', 'sunny', 'cloudy', 'office', 'home'] as const;
export type WhiteBalance = (typeof WHITE_BALANCES)[number];

/** Settings that an administrator may change on a running camera. All numbers are integers. */
export interface CameraSettings {
  frameSize?: FrameSizeName;
  /** The sensor's own scale, 4 (best) … 63 (worst). */
  jpegQuality?: number;
  /** 1 … 60 frames per second. */
  maxFps?: number;
  /** Flash LED, 0 (off) … 255. */
  flash?: number;
  hMirror?: boolean;
  vFlip?: boolean;
  /** -2 … 2. */
  brightness?: number;
  /** -2 … 2. */
  contrast?: number;
  /** -2 … 2, the target of the automatic exposure. */
  exposure?: number;
  whiteBalance?: WhiteBalance;
}

/** The sensor's scale as people read it. @param jpegQuality 4 (best) … 63 (worst) @returns 100 … 0 */
export function qualityPercent(jpegQuality: number): number {
  return Math.round(((63 - jpegQuality) / 59) * 100);
}

/** Settings that only the server uses: never sent to the camera, and for administrators. */
export interface ServerSettings {
  /** Whether quality, size and frame rate are lowered while its connection does not carry them; if missing, true. */
  adaptToConnection?: boolean;
  /** Up to 4096×3072 pixels and 4 MiB a picture, in place of 2592×1944 and 1 MiB. */
  largePictures?: boolean;
  /**
   * The time between two pictures of a slow camera, ms, overriding its own report; 0: as reported by the camera, or as measured.
   */
  pictureIntervalMs?: number;
}

/** The changeable settings of a camera: on the camera itself, and for the server that receives its pictures. */
export interface AdjustableSettings extends CameraSettings, ServerSettings {}

/** A day. */
export const MAX_PICTURE_INTERVAL_MS = 86_400_000;

export function isForServer({
  adaptToConnection,
  largePictures,
  pictureIntervalMs,
}: AdjustableSettings): boolean {
  return [adaptToConnection, largePictures, pictureIntervalMs].some((setting) => setting !== undefined);
}

export function ofCamera({
  adaptToConnection: _adapt,
  largePictures: _large,
  pictureIntervalMs: _interval,
  ...settings
}: AdjustableSettings): CameraSettings {
  return settings;
}
