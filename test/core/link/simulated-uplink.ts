/**
 * A camera behind a line in virtual time: it takes pictures at its rate, keeps at most two unacknowledged, and its
 * newest replaces the waiting one, as protocol v1 has it. The line sends one frame at a time and repeats what it loses.
 */

import { UplinkControl, type UplinkDecision } from '../../../server/core/link/uplink-control.ts';
import {
  USUAL_SETTINGS,
  type UplinkSetting,
  type UplinkSettings,
} from '../../../server/core/link/uplink-levels.ts';
import { randomSequence } from '../../../server/virtual-camera/scene-palette.ts';
import { FRAME_SIZES } from '../../../server/wire/camera-settings.ts';

const ACK_WINDOW = 2;
const SEGMENT_BYTES = 1_448;

export interface Line {
  /** Bits per second. */
  bps: number;
  oneWayUs: number;
  /** Share of the segments that are lost, 0 … 1. */
  loss: number;
  /** Pictures up to this size pass at once: a line that is narrowed by a token bucket. */
  burstBytes?: number;
}

export const LAN: Line = { bps: 20e6, oneWayUs: 2_000, loss: 0 };

export interface Told extends UplinkDecision {
  atS: number;
}

export class SimulatedUplink {
  readonly control: UplinkControl;
  readonly told: Told[] = [];
  /** The camera's present settings. */
  set: UplinkSettings;
  line: Line;
  /** Bytes of a VGA picture at quality 12. */
  pictureBytes = 30_000;
  /** The sensor's own limit, as in the dark. */
  sensorFps = 60;
  isFrozen = false;
  ignores: readonly UplinkSetting[] = [];
  rejects: readonly UplinkSetting[] = [];
  nowUs = 0;
  readonly #random = randomSequence(7);
  readonly #unacknowledgedUs: number[] = [];
  #lineFreeUs = 0;
  #nextPictureUs = 0;
  #nextDecisionUs = 0;
  #nextTelemetryUs = 0;
  #waitingUs: number | undefined;
  #taken = 0;
  #arrived: { receivedUs: number; ageUs: number }[] = [];

  constructor(line: Line, wanted: UplinkSettings = USUAL_SETTINGS) {
    this.control = new UplinkControl(wanted);
    this.line = line;
    this.set = wanted;
  }

  /** The line carries nothing for this time. */
  interrupt(seconds: number): void {
    this.#lineFreeUs = this.nowUs + seconds * 1e6;
  }

  /** Frames per second that arrived, and the age that 95 % of them had at most, in ms, over the time since the last call. */
  run(seconds: number): { fps: number; ageMs: number } {
    const beganUs = this.nowUs;
    const untilUs = beganUs + seconds * 1e6;
    while (this.nowUs < untilUs) {
      this.nowUs += 1_000;
      this.#step();
    }
    const arrived = this.#arrived.filter(({ receivedUs }) => receivedUs >= beganUs && receivedUs < untilUs);
    this.#arrived = this.#arrived.filter(({ receivedUs }) => receivedUs >= untilUs);
    const ages = arrived.map(({ ageUs }) => ageUs).sort((a, b) => a - b);
    return {
      fps: arrived.length / seconds,
      ageMs: (ages[Math.floor(ages.length * 0.95)] ?? Infinity) / 1000,
    };
  }

  #step(): void {
    const { nowUs } = this;
    if (nowUs >= this.#nextPictureUs) {
      this.#nextPictureUs += 1e6 / Math.min(this.sensorFps, this.set.maxFps);
      this.#taken++;
      this.#waitingUs = nowUs;
    }
    while ((this.#unacknowledgedUs[0] ?? Infinity) <= nowUs) this.#unacknowledgedUs.shift();
    if (this.#waitingUs !== undefined && this.#unacknowledgedUs.length < ACK_WINDOW)
      this.#send(this.#waitingUs);
    if (nowUs >= this.#nextTelemetryUs) {
      this.#nextTelemetryUs += 5e6;
      if (nowUs > 5e6) this.control.onTelemetry(this.#taken / 5);
      this.#taken = 0;
    }
    if (nowUs >= this.#nextDecisionUs) {
      this.#nextDecisionUs += 1e6;
      const decision = this.control.decide(nowUs);
      if (decision) this.#tell(decision);
    }
  }

  #send(capturedUs: number): void {
    const { nowUs, line } = this;
    this.#waitingUs = undefined;
    const bytes = this.#bytes();
    const segments = Math.ceil(bytes / SEGMENT_BYTES);
    let stallUs = 0;
    for (let i = 0; i < segments; i++)
      if (this.#random() < line.loss) stallUs += 4 * line.oneWayUs + (this.#random() < 0.2 ? 200_000 : 0);
    const startUs = Math.max(nowUs, this.#lineFreeUs);
    this.#lineFreeUs =
      startUs + (bytes <= (line.burstBytes ?? 0) ? 0 : ((bytes + 60 * segments) * 8e6) / line.bps) + stallUs;
    const receivedUs = this.#lineFreeUs + line.oneWayUs;
    this.#unacknowledgedUs.push(receivedUs + line.oneWayUs);
    this.#arrived.push({ receivedUs, ageUs: receivedUs - capturedUs });
    this.control.onFrame({ sentUs: nowUs, receivedUs, bytes, oneWayUs: line.oneWayUs });
  }

  #bytes(): number {
    if (this.isFrozen) return this.pictureBytes;
    const [width, height] = FRAME_SIZES[this.set.frameSize ?? 'VGA'];
    // Not the controller's own estimate: sensors differ.
    const share = ((width * height) / (640 * 480)) ** 0.7 * (12 / this.set.jpegQuality) ** 0.55;
    return this.pictureBytes * share * (0.9 + 0.2 * this.#random());
  }

  #tell(decision: UplinkDecision): void {
    this.told.push({ ...decision, atS: Math.round(this.nowUs / 1e6) });
    let { settings } = decision;
    const refused = this.rejects.filter((name) => settings[name] !== this.set[name]);
    if (refused.length > 0) settings = this.control.onRefused(refused, this.nowUs);
    const kept = Object.fromEntries(this.ignores.map((name) => [name, this.set[name]]));
    this.set = { ...settings, ...kept };
  }
}
