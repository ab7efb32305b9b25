/**
 * What to do about a camera that does not fare well, from what is known of it. Pure: the same facts give the same advice.
 *
 * Reset reasons are those of firmware/port/esp/main/telemetry.cpp. The numbers in the texts are rounded, so that advice that
 * has not changed reads the same.
 */

import type { CameraAdvice } from '../../wire/camera.ts';
import type { CameraHealthFacts } from './camera-health.ts';

const MANY_BROWN_OUTS = 3;
const FEW_CRASHES = 2;
const MANY_CRASHES = 5;
const MANY_KEY_REJECTIONS = 3;
const MANY_REPLACEMENTS = 4;
const MANY_DAMAGED = 10;

const SEVERITIES = ['error', 'warning', 'info'];

/** @returns the worst first */
export function cameraAdvice(facts: CameraHealthFacts): CameraAdvice[] {
  const advice = RULES.flatMap((rule) => rule(facts) ?? []);
  return advice.toSorted((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
}

const RULES: readonly ((facts: CameraHealthFacts) => CameraAdvice | undefined)[] = [
  ({ keyRejections }) =>
    keyRejections >= MANY_KEY_REJECTIONS
      ? {
          code: 'keyRejected',
          severity: 'error',
          text: 'Something keeps connecting under this camera’s id with another key, and is turned away. If it is the camera itself, its key is out of date: choose “New key” in its menu and put that on it. If it is not, somebody is trying to pass for it.',
        }
      : undefined,
  ({ replacements }) =>
    replacements >= MANY_REPLACEMENTS
      ? {
          code: 'sameId',
          severity: 'error',
          text: 'Two cameras seem to use this id: they keep taking the connection from each other. Add the second one as a camera of its own and give it its own id and key.',
        }
      : undefined,
  ({ frozen }) =>
    frozen
      ? {
          code: 'frozenSensor',
          severity: 'error',
          text: 'The camera keeps sending the same picture: its sensor hangs. Restart the camera; if it happens again, check the ribbon cable of the sensor and the power supply.',
        }
      : undefined,
  ({ brownOuts }) =>
    brownOuts > 0
      ? {
          code: 'brownOut',
          severity: brownOuts >= MANY_BROWN_OUTS ? 'error' : 'warning',
          text: `The camera’s voltage broke down and restarted it ${times(brownOuts)} within a day. Give it a 5 V supply of 1 A or more over a short, thick cable, and, if it goes on, a capacitor of 470 µF between 5V and GND.`,
        }
      : undefined,
  ({ crashes }) =>
    crashes >= FEW_CRASHES
      ? {
          code: 'crashes',
          severity: crashes >= MANY_CRASHES ? 'error' : 'warning',
          text: `The camera got stuck and restarted itself ${times(crashes)} within a day. Check the ribbon cable of its sensor and the power supply, and update its firmware.`,
        }
      : undefined,
  ({ wifiLevel, rssiDbm }) =>
    wifiLevel > 0
      ? {
          code: 'weakWifi',
          severity: wifiLevel > 1 ? 'error' : 'warning',
          text: `The camera’s Wi-Fi is ${wifiLevel > 1 ? 'hardly there' : 'weak'} (about ${roundTo(rssiDbm ?? 0, 5)} dBm). Bring camera and access point closer together, turn its antenna, or use a board with an external one.`,
        }
      : undefined,
  ({ damaged }) =>
    damaged >= MANY_DAMAGED
      ? {
          code: 'damagedPictures',
          severity: 'warning',
          text: 'Many of the camera’s pictures are damaged when they leave it. Check the ribbon cable of its sensor and the power supply; a smaller size or lower quality may help.',
        }
      : undefined,
  ({ heapLevel, heapBytes }) =>
    heapLevel > 0
      ? {
          code: 'lowHeap',
          severity: 'warning',
          text: `The camera is short of memory (${roundTo(heapBytes / 1024, 4)} KB left). Choose a smaller picture, or restart it.`,
        }
      : undefined,
  ({ stallLevel }) =>
    stallLevel > 0
      ? {
          code: 'sendStalls',
          severity: 'warning',
          text: 'The camera’s pictures keep getting stuck on their way into the network. Its Wi-Fi is disturbed or overloaded: choose another channel, or fewer or smaller pictures.',
        }
      : undefined,
  ({ passedOverLevel, passedOver }) =>
    passedOverLevel > 0
      ? {
          code: 'slowLink',
          severity: 'info',
          text: `The link to the camera is too slow for its pictures: about ${roundTo(passedOver * 100, 10)} % of them are left out to stay live. A smaller size, a lower quality or fewer pictures per second make it smoother.`,
        }
      : undefined,
];

function times(count: number): string {
  if (count === 1) return 'once';
  if (count === 2) return 'twice';
  return count > 20 ? 'more than 20 times' : `${count} times`;
}

function roundTo(value: number, step: number): number {
  return Math.round(value / step) * step;
}
