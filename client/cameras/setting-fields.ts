/** The settings of a camera as users see them: their order, ranges and labels. */

import {
  FRAME_SIZES,
  qualityPercent,
  WHITE_BALANCES,
  type AdjustableSettings,
  type WhiteBalance,
} from '../../server/wire/camera-settings.ts';

type NameOf<T> = {
  [K in keyof AdjustableSettings]-?: Required<AdjustableSettings>[K] extends T ? K : never;
}[keyof AdjustableSettings];

export interface SliderField {
  kind: 'slider';
  name: NameOf<number>;
  label: string;
  hint?: string;
  least: number;
  most: number;
  /** Whether the slider's right end is the lowest value, if low values are better. */
  reversed?: true;
  format: (value: number) => string;
}

export interface SwitchField {
  kind: 'switch';
  name: NameOf<boolean>;
  label: string;
  hint?: string;
}

export interface ChoiceField {
  kind: 'choice';
  name: 'frameSize' | 'whiteBalance' | 'pictureIntervalMs';
  label: string;
  hint?: string;
  /** A value that is none of them has its own words, by `other`. */
  options: readonly (readonly [value: string | number, label: string])[];
  other?: (value: string | number) => string;
}

export type SettingField = SliderField | SwitchField | ChoiceField;

/** The defaults, in force until somebody sets another value. */
export const DEFAULT_SETTINGS: Required<AdjustableSettings> = {
  frameSize: 'VGA',
  jpegQuality: 12,
  maxFps: 25,
  flash: 0,
  hMirror: false,
  vFlip: false,
  brightness: 0,
  contrast: 0,
  exposure: 0,
  whiteBalance: 'auto',
  adaptToConnection: true,
  largePictures: false,
  pictureIntervalMs: 0,
};

const BALANCE_LABELS: Record<WhiteBalance, string> = {
  auto: 'Automatic',
  sunny: 'Sunny',
  cloudy: 'Cloudy',
  office: 'Fluorescent light',
  home: 'Incandescent light',
};

export interface SettingGroup {
  heading: string;
  fields: readonly SettingField[];
  /** Only the server uses them: they can be changed while the camera is offline, and for every camera. */
  ofServer?: true;
}

export const SETTING_GROUPS: readonly SettingGroup[] = [
  {
    heading: 'Picture',
    fields: [
      {
        kind: 'choice',
        name: 'frameSize',
        label: 'Resolution',
        hint: 'A higher resolution lowers the frame rate and needs better Wi-Fi.',
        options: Object.entries(FRAME_SIZES).map(([name, [width, height]]) => [
          name,
          `${name} · ${width} × ${height}`,
        ]),
      },
      {
        kind: 'slider',
        name: 'jpegQuality',
        label: 'JPEG quality',
        hint: 'A higher quality needs more bandwidth. Lower it if the video stutters.',
        least: 4,
        most: 63,
        reversed: true,
        format: (value) => `${qualityPercent(value)} %`,
      },
      {
        kind: 'slider',
        name: 'maxFps',
        label: 'Maximum frame rate',
        hint: 'Frames per second. The sensor and the Wi-Fi may limit it further.',
        least: 1,
        most: 60,
        format: String,
      },
      { kind: 'switch', name: 'hMirror', label: 'Mirror horizontally' },
      { kind: 'switch', name: 'vFlip', label: 'Flip vertically' },
    ],
  },
  {
    heading: 'Light and colour',
    fields: [
      {
        kind: 'slider',
        name: 'flash',
        label: 'Flash LED',
        hint: 'The bright LED beside the lens. It gets hot at full brightness.',
        least: 0,
        most: 255,
        format: (value) => (value === 0 ? 'Off' : `${Math.round((value / 255) * 100)} %`),
      },
      { kind: 'slider', name: 'exposure', label: 'Exposure', ...step() },
      { kind: 'slider', name: 'brightness', label: 'Brightness', ...step() },
      { kind: 'slider', name: 'contrast', label: 'Contrast', ...step() },
      {
        kind: 'choice',
        name: 'whiteBalance',
        label: 'White balance',
        options: WHITE_BALANCES.map((name) => [name, BALANCE_LABELS[name]]),
      },
    ],
  },
  {
    heading: 'On the server',
    ofServer: true,
    fields: [
      {
        kind: 'switch',
        name: 'adaptToConnection',
        label: 'Adapt to the connection',
        hint: 'Lowers JPEG quality, then resolution, then frame rate while the camera’s connection is too slow for them, and raises them again. Off: they stay as they are set here.',
      },
      {
        kind: 'switch',
        name: 'largePictures',
        label: 'Allow large pictures',
        hint: 'Up to 4096 × 3072 pixels and 4 MiB a picture, in place of 2592 × 1944 and 1 MiB. They cost this server much more work.',
      },
      {
        kind: 'choice',
        name: 'pictureIntervalMs',
        label: 'A picture every …',
        hint: 'For a slow camera. It is shown as stalled after three times as long without a picture.',
        options: [0, 10, 30, 60, 300, 900, 1800, 3600, 21_600, 43_200, 86_400].map((seconds) => [
          seconds * 1000,
          intervalText(seconds * 1000),
        ]),
        other: (ms) => intervalText(Number(ms)),
      },
    ],
  },
];

function step(): Pick<SliderField, 'least' | 'most' | 'format'> {
  return { least: -2, most: 2, format: (value) => (value > 0 ? `+${value}` : String(value)) };
}

function intervalText(ms: number): string {
  if (ms === 0) return 'As the camera says, or as they come';
  const [amount, unit] =
    ms % 3_600_000 === 0
      ? [ms / 3_600_000, 'h']
      : ms % 60_000 === 0
        ? [ms / 60_000, 'min']
        : [ms / 1000, 's'];
  return `${amount} ${unit}`;
}
