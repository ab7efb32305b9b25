/** The settings of a camera as people see them: in which order, between which ends, in which words. */

import {
  FRAME_SIZES,
  WHITE_BALANCES,
  type CameraSettings,
  type WhiteBalance,
} from '../../server/wire/camera-settings.ts';

type NameOf<T> = {
  [K in keyof CameraSettings]-?: Required<CameraSettings>[K] extends T ? K : never;
}[keyof CameraSettings];

export interface SliderField {
  kind: 'slider';
  name: NameOf<number>;
  label: string;
  hint?: string;
  least: number;
  most: number;
  /** Whether the slider's right end is the least value: where small is good. */
  reversed?: true;
  format: (value: number) => string;
}

export interface SwitchField {
  kind: 'switch';
  name: NameOf<boolean>;
  label: string;
}

export interface ChoiceField {
  kind: 'choice';
  name: 'frameSize' | 'whiteBalance';
  label: string;
  hint?: string;
  options: readonly (readonly [value: string, label: string])[];
}

export type SettingField = SliderField | SwitchField | ChoiceField;

/** The camera's defaults, used until another value is set. */
export const DEFAULT_SETTINGS: Required<CameraSettings> = {
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
};

const BALANCE_LABELS: Record<WhiteBalance, string> = {
  auto: 'Automatic',
  sunny: 'Sunny',
  cloudy: 'Cloudy',
  office: 'Fluorescent light',
  home: 'Incandescent light',
};

export const SETTING_GROUPS: readonly { heading: string; fields: readonly SettingField[] }[] = [
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
        format: (value) => `${Math.round(((63 - value) / 59) * 100)} %`,
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
];

function step(): Pick<SliderField, 'least' | 'most' | 'format'> {
  return { least: -2, most: 2, format: (value) => (value > 0 ? `+${value}` : String(value)) };
}
