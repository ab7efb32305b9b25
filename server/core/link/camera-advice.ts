/**
 * Advice about a camera with a problem, from its health facts. Pure: the same facts give the same advice.
 *
 * Reset reasons are those of firmware/port/esp/main/telemetry.cpp. The numbers in the texts are rounded, so that
 * unchanged advice has the same text.
 */

import type { CameraAdvice } from '../../wire/camera.ts';
import { FRAME_SIZES, qualityPercent } from '../../wire/camera-settings.ts';
import type { CameraHealthFacts } from './camera-health.ts';
import type { UplinkLowering } from './uplink-lowering.ts';

const MANY_BROWN_OUTS = 3;
const FEW_CRASHES = 2;
const MANY_CRASHES = 5;
const MANY_KEY_REJECTIONS = 3;
const MANY_REPLACEMENTS = 4;
const MANY_CLOCK_FAULTS = 3;
const MANY_VIOLATIONS = 3;
const MANY_REFUSED = 10;

const MINUTE_MS = 60_000;
const SEVERITIES = ['error', 'warning', 'info'];

/** @param dateMs date of a moment of server time, µs @returns worst first */
export function cameraAdvice(
  facts: CameraHealthFacts,
  dateMs: (serverUs: number) => number = (us) => us / 1000,
): CameraAdvice[] {
  const advice = RULES.flatMap((rule) => rule(facts) ?? []);
  if (facts.lowering) advice.push(loweringAdvice(facts.lowering, dateMs));
  return advice.toSorted((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
}

const RULES: readonly ((facts: CameraHealthFacts) => CameraAdvice | undefined)[] = [
  ({ keyRejections }) =>
    keyRejections >= MANY_KEY_REJECTIONS
      ? {
          code: 'keyRejected',
          severity: 'error',
          text: 'A device keeps connecting with this camera’s id and a wrong key, and is refused. If it is the camera itself, its key is out of date: choose “New key” in its menu and enter it on the camera. Otherwise someone may be trying to impersonate it.',
        }
      : undefined,
  ({ replacements }) =>
    replacements >= MANY_REPLACEMENTS
      ? {
          code: 'sameId',
          severity: 'error',
          text: 'Two cameras seem to use this id: they keep replacing each other’s connection. Add the second one as a new camera, with its own id and key.',
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
          text: `The camera restarted ${times(brownOuts)} within a day because its supply voltage dropped. Use a 5 V supply of 1 A or more with a short, thick cable and, if it continues, add a capacitor of 470 µF between 5V and GND.`,
        }
      : undefined,
  ({ crashes }) =>
    crashes >= FEW_CRASHES
      ? {
          code: 'crashes',
          severity: crashes >= MANY_CRASHES ? 'error' : 'warning',
          text: `The camera crashed and restarted ${times(crashes)} within a day. Check the ribbon cable of its sensor and the power supply, and update its firmware.`,
        }
      : undefined,
  ({ wifiLevel, rssiDbm }) =>
    wifiLevel > 0
      ? {
          code: 'weakWifi',
          severity: wifiLevel > 1 ? 'error' : 'warning',
          text: `The camera’s Wi-Fi is ${wifiLevel > 1 ? 'very weak' : 'weak'} (about ${roundTo(rssiDbm ?? 0, 5)} dBm). Move the camera and the access point closer together, turn its antenna, or use a board with an external one.`,
        }
      : undefined,
  ({ refused }) =>
    refused.violation > 0
      ? {
          code: 'protocolViolation',
          severity: refused.violation >= MANY_VIOLATIONS ? 'error' : 'warning',
          text: 'The camera sent something that is not in the camera protocol, and was therefore disconnected. Update its firmware; if it is your own program, the last refusal below says what was wrong.',
        }
      : undefined,
  ({ refused, stuck }) =>
    refused.tooLarge > 0 || stuck.includes('tooLarge')
      ? {
          code: 'picturesTooLarge',
          severity: stuck.includes('tooLarge') ? 'error' : 'warning',
          text: 'Pictures of this camera are larger than the server accepts, and are dropped. Choose a smaller resolution or a lower quality on the camera, or allow large pictures in its settings here.',
        }
      : undefined,
  ({ refused, stuck }) =>
    refused.damaged >= MANY_REFUSED || stuck.includes('damaged')
      ? {
          code: 'damagedPictures',
          severity: stuck.includes('damaged') ? 'error' : 'warning',
          text: 'Many of the camera’s pictures are damaged when they leave it. Check the ribbon cable of its sensor and the power supply; a smaller size or lower quality may help.',
        }
      : undefined,
  ({ clockFaults }) =>
    clockFaults >= MANY_CLOCK_FAULTS
      ? {
          code: 'clockFaults',
          severity: 'warning',
          text: 'The camera’s clock jumps, stands still or runs at a wrong speed. Its pictures are dated by when they arrive, so delays in transit are not visible. Update its firmware; in firmware of your own, take the times of pictures from a clock that is never set, such as esp_timer_get_time().',
        }
      : undefined,
  ({ refused, stuck }) =>
    refused.undecodable >= MANY_REFUSED || stuck.includes('undecodable')
      ? {
          code: 'undecodablePictures',
          severity: stuck.includes('undecodable') ? 'error' : 'warning',
          text: 'Many of the camera’s pictures are damaged inside and cannot be decoded. Check the ribbon cable of its sensor and the power supply; a lower clock rate of the sensor or a lower quality may help.',
        }
      : undefined,
  ({ refused }) =>
    refused.tooFast >= MANY_REFUSED
      ? {
          code: 'tooManyPictures',
          severity: 'warning',
          text: 'The camera sends more pictures per second than the server accepts, and some are dropped. Lower its maximum frame rate.',
        }
      : undefined,
  ({ heapLevel, heapBytes }) =>
    heapLevel > 0
      ? {
          code: 'lowHeap',
          severity: 'warning',
          text: `The camera is low on memory (${roundTo(heapBytes / 1024, 4)} KB free). Choose a smaller picture size, or restart it.`,
        }
      : undefined,
  ({ stallLevel }) =>
    stallLevel > 0
      ? {
          code: 'sendStalls',
          severity: 'warning',
          text: 'The camera’s pictures are often delayed in its network. Its Wi-Fi is disturbed or overloaded: choose another channel, or fewer or smaller pictures.',
        }
      : undefined,
  ({ passedOverLevel, passedOver, lowering }) =>
    passedOverLevel > 0 && !lowering
      ? {
          code: 'slowLink',
          severity: 'info',
          text: `The link to the camera is too slow for its pictures: about ${roundTo(passedOver * 100, 10)} % of them are skipped to stay live. A smaller size, lower quality or lower frame rate makes it smoother.`,
        }
      : undefined,
];

function loweringAdvice(
  { set, wanted, sinceUs, carriesBps }: UplinkLowering,
  dateMs: (serverUs: number) => number,
): CameraAdvice {
  const lowered = [
    set.frameSize !== wanted.frameSize && set.frameSize ? FRAME_SIZES[set.frameSize].join(' × ') : [],
    set.jpegQuality === wanted.jpegQuality ? [] : `JPEG quality ${qualityPercent(set.jpegQuality)} %`,
    set.maxFps === wanted.maxFps ? [] : `at most ${set.maxFps} frames per second`,
  ].flat();
  const carries =
    carriesBps === undefined
      ? 'the camera’s connection is too slow for more'
      : `the camera’s connection carries about ${roundTo(carriesBps / 1000, 10)} kbit/s`;
  return {
    code: 'loweredForUplink',
    severity: 'info',
    text: `Lowered to ${lowered.join(', ')}: ${carries}. It is raised again when the connection carries more. Move the camera and its access point closer together, choose another Wi-Fi channel, or, to keep the settings as they are, turn off “Adapt to the connection” in the camera’s settings.`,
    // To the minute: a clock that is slewed does not change it.
    sinceMs: Math.floor(dateMs(sinceUs) / MINUTE_MS) * MINUTE_MS,
  };
}

function times(count: number): string {
  if (count === 1) return 'once';
  if (count === 2) return 'twice';
  return count > 20 ? 'more than 20 times' : `${count} times`;
}

function roundTo(value: number, step: number): number {
  return Math.round(value / step) * step;
}
