/**
 * Decides how far a camera's picture settings are lowered so that its pictures fit through its uplink, and when they are raised
 * again. Pure: time is an argument, µs; the caller sends the settings to the camera, and reports its answers.
 *
 * Lowering may skip levels, to one at which the measured line carries enough frames. Raising goes one level at a time, when the
 * line has carried more than the next level needs; a raise that fails is taken back and not tried again for a while, each time
 * for longer.
 *
 * Invariants: only a line that is too slow lowers anything, never a slow camera, a hanging sensor or a single stall; the owner's
 * settings are the highest level; a setting that the camera refuses or ignores is not tried again until the owner changes it or
 * the camera was offline.
 */

import { RaiseTrials } from './raise-trials.ts';
import { UplinkMeter, type FrameTransfer, type UplinkFigures } from './uplink-meter.ts';
import {
  pixelsOf,
  uplinkLevels,
  type UplinkLevel,
  type UplinkSetting,
  type UplinkSettings,
} from './uplink-levels.ts';

export interface UplinkDecision {
  direction: 'lowered' | 'raised';
  settings: UplinkSettings;
}

/** Frames per second of a moving picture, which the line must carry if the owner wants as many. */
const ENOUGH_FPS = 12;
/** Shares of that rate: lowered below the first, to a level with at least the second, raised to a level with the third. */
const TOO_FEW = 0.85;
const LOWERED_TO = 1.1;
const RAISED_TO = 1.35;
/** A size costs a new encoder and a new segment of the recording. */
const RAISED_TO_SIZE = 1.6;
/** A line that is idle for the rest of the time is not the reason for missing frames. */
const BUSY = 0.7;
/** Frames that need longer than this on their way are late. */
const LATE_US = 400_000;
const LATE_BEYOND_ROUND_TRIP_US = 300_000;
/** Frames are on time again below this share of it. */
const ON_TIME = 0.6;
/** A line that carries more than this multiple of the needed rate is not narrow: late frames have another cause. */
const AMPLE = 2.5;
/** After a change, frames already in flight do not count. */
const SETTLE_US = 400_000;
/** At most this much smaller at once: estimates of small pictures are rough. */
const LARGEST_STEP = 1 / 8;
const RAISE_AFTER_US = 10_000_000;
const RAISE_SIZE_AFTER_US = 30_000_000;
/** A raise comes sooner by this factor if the line carries this many times what the level needs. */
const SOONER = 1 / 3;
const PLENTY = 4;
/** A camera that was offline for longer begins with the owner's settings. */
const REMEMBERED_US = 600_000_000;
/** A change by this factor that changes a picture's bytes by less than that is ignored by the camera. */
const NOTICEABLE = 0.75;
const UNNOTICED = 0.97;

export class UplinkControl {
  readonly #meter = new UplinkMeter();
  #wanted: UplinkSettings;
  readonly #kept = new Set<UplinkSetting>();
  #levels: UplinkLevel[];
  #index = 0;
  #changedAtUs = -Infinity;
  #trials = new RaiseTrials();
  #leftAtUs: number | undefined;
  #offeredFps = Infinity;
  /** The last lowering, until its effect is seen. */
  #expected: { settings: readonly UplinkSetting[]; bytesBefore: number } | undefined;
  /** At the last lowering. */
  #figures: UplinkFigures | undefined;

  constructor(wanted: UplinkSettings) {
    this.#wanted = wanted;
    this.#levels = uplinkLevels(wanted);
  }

  get wanted(): UplinkSettings {
    return this.#wanted;
  }

  /** The settings that the camera should have now. */
  get settings(): UplinkSettings {
    const { jpegQuality, frameSize, maxFps } = this.#level;
    return { jpegQuality, frameSize, maxFps };
  }

  get isLowered(): boolean {
    return this.#index > 0;
  }

  /** Capacity of the line when something was last lowered: a line with room to spare is only measured roughly. */
  get carriesBps(): number | undefined {
    return this.#figures?.carriesBps;
  }

  /** The owner has changed the settings: adaptation starts again. */
  setWanted(wanted: UplinkSettings): void {
    this.#wanted = wanted;
    this.#kept.clear();
    this.#levels = uplinkLevels(wanted);
    this.#meter.clear();
    this.#index = 0;
    this.#changedAtUs = -Infinity;
    this.#trials = new RaiseTrials();
    this.#offeredFps = Infinity;
    this.#expected = undefined;
    this.#figures = undefined;
  }

  /** @returns whether it continues at its level; otherwise it begins with the owner's settings */
  onConnected(nowUs: number): boolean {
    const goesOn = this.#leftAtUs !== undefined && nowUs - this.#leftAtUs <= REMEMBERED_US;
    if (!goesOn) this.setWanted(this.#wanted);
    this.#leftAtUs = undefined;
    this.#expected = undefined;
    this.#meter.clear();
    return goesOn;
  }

  onDisconnected(nowUs: number): void {
    this.#leftAtUs = nowUs;
    this.#meter.clear();
  }

  onFrame(transfer: FrameTransfer): void {
    if (transfer.sentUs >= this.#changedAtUs + SETTLE_US) this.#meter.add(transfer);
  }

  /** The camera has answered: earlier frames, perhaps many, say nothing about the present. */
  onTold(nowUs: number): void {
    this.#changedAtUs = nowUs;
    this.#meter.clear();
  }

  /** Forgets measurements that the line did not cause. */
  forgetFrames(): void {
    this.#meter.clear();
  }

  /** @param offeredFps frames per second that the camera has taken, sent or not */
  onTelemetry(offeredFps: number): void {
    this.#offeredFps = offeredFps;
  }

  /** The camera does not change this setting, which keeps the owner's value. @returns what to set instead */
  onRefused(settings: readonly UplinkSetting[], nowUs: number): UplinkSettings {
    const former = this.#level;
    for (const setting of settings) this.#kept.add(setting);
    this.#levels = uplinkLevels(this.#wanted, this.#kept);
    this.#index = this.#highestWithin(former);
    this.#expected = undefined;
    this.#note(nowUs);
    return this.settings;
  }

  /** The camera has not answered: that its pictures stay as large does not say that it ignores the setting. */
  onUnanswered(): void {
    this.#expected = undefined;
  }

  figures(nowUs: number): UplinkFigures | undefined {
    return this.#meter.figures(nowUs);
  }

  /** Call it about once a second. @returns the settings to send to the camera; undefined: none */
  decide(nowUs: number): UplinkDecision | undefined {
    const figures = this.#meter.figures(nowUs);
    if (!figures) return undefined;
    if (this.#isIgnored(figures)) {
      const settings = this.onRefused(this.#expected?.settings ?? [], nowUs);
      return { direction: 'raised', settings };
    }
    if (this.#isTooSlow(figures)) return this.#lower(figures, nowUs);
    this.#trials.onWell(nowUs);
    if (this.#index > 0 && this.#mayRaise(figures, nowUs)) return this.#raise(nowUs);
    return undefined;
  }

  get #level(): UplinkLevel {
    return this.#levels[this.#index] ?? { ...this.#wanted, lowers: undefined, bytes: 1 };
  }

  #enoughFps(level: UplinkLevel): number {
    // A camera that takes fewer frames than allowed needs no capacity for more.
    const { maxFps } = this.#level;
    const takesFps = this.#offeredFps < 0.8 * maxFps ? this.#offeredFps : Infinity;
    return Math.min(ENOUGH_FPS, level.maxFps, takesFps);
  }

  #isTooSlow({ carriesFps, busy, transitUs, oneWayUs }: UplinkFigures): boolean {
    const enoughFps = this.#enoughFps(this.#level);
    if (busy >= BUSY && carriesFps < TOO_FEW * enoughFps) return true;
    return transitUs > lateUs(oneWayUs) && carriesFps < AMPLE * enoughFps;
  }

  #lower(figures: UplinkFigures, nowUs: number): UplinkDecision | undefined {
    const from = this.#level;
    const below = this.#levels
      .slice(this.#index + 1)
      .filter(({ bytes }) => bytes >= from.bytes * LARGEST_STEP);
    const to = below.find((level) => this.#carriesFps(figures, level) >= LOWERED_TO * this.#enoughFps(level));
    const index = to ? this.#levels.indexOf(to) : this.#index + below.length;
    if (index === this.#index) return undefined;
    this.#trials.onLowered(nowUs);
    this.#index = index;
    const isNoticeable = this.#level.bytes <= NOTICEABLE * from.bytes;
    const settings = this.#levels
      .slice(this.#levels.indexOf(from) + 1, index + 1)
      .map(({ lowers }) => lowers);
    this.#expected = isNoticeable
      ? {
          settings: [...new Set(settings.filter((each) => each !== undefined))],
          bytesBefore: figures.bytesPerFrame,
        }
      : undefined;
    this.#note(nowUs, figures);
    return { direction: 'lowered', settings: this.settings };
  }

  #mayRaise(figures: UplinkFigures, nowUs: number): boolean {
    const above = this.#levels[this.#index - 1];
    if (!above || !this.#trials.mayRaise(nowUs)) return false;
    const isSize = this.#level.lowers === 'frameSize';
    const enough = this.#carriesFps(figures, above) / Math.min(ENOUGH_FPS, above.maxFps);
    if (enough < (isSize ? RAISED_TO_SIZE : RAISED_TO)) return false;
    if (figures.transitUs > ON_TIME * lateUs(figures.oneWayUs)) return false;
    const waitUs = isSize ? RAISE_SIZE_AFTER_US : RAISE_AFTER_US;
    return nowUs - this.#changedAtUs >= (enough < PLENTY ? waitUs : waitUs * SOONER);
  }

  #raise(nowUs: number): UplinkDecision {
    this.#index--;
    this.#trials.onRaised(nowUs);
    this.#expected = undefined;
    this.#note(nowUs);
    return { direction: 'raised', settings: this.settings };
  }

  /** Estimated for another level. */
  #carriesFps({ carriesFps }: UplinkFigures, level: UplinkLevel): number {
    return carriesFps * (this.#level.bytes / level.bytes);
  }

  /** The camera has confirmed smaller pictures, and sends the same size. */
  #isIgnored({ bytesPerFrame }: UplinkFigures): boolean {
    const expected = this.#expected;
    if (!expected) return false;
    if (bytesPerFrame > UNNOTICED * expected.bytesBefore) return true;
    this.#expected = undefined;
    return false;
  }

  /** The highest level that asks for no more than these settings, where the camera changes them at all. */
  #highestWithin(settings: UplinkSettings): number {
    const index = this.#levels.findIndex(
      (level) =>
        (this.#kept.has('jpegQuality') || level.jpegQuality >= settings.jpegQuality) &&
        (this.#kept.has('frameSize') || pixelsOf(level) <= pixelsOf(settings)) &&
        (this.#kept.has('maxFps') || level.maxFps <= settings.maxFps),
    );
    return index === -1 ? this.#levels.length - 1 : index;
  }

  #note(nowUs: number, figures?: UplinkFigures): void {
    this.#changedAtUs = nowUs;
    this.#meter.clear();
    this.#figures = this.#index > 0 ? (figures ?? this.#figures) : undefined;
  }
}

function lateUs(oneWayUs: number): number {
  return Math.max(LATE_US, 2 * oneWayUs + LATE_BEYOND_ROUND_TRIP_US);
}
