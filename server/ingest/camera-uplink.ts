/**
 * Fits one camera's picture settings to its uplink: passes measurements to core/link/uplink-control.ts, and its decisions to the
 * camera.
 *
 * Invariants: the owner's settings are never overwritten, and apply at once when they change; a lowered camera gets its former
 * settings back, also from a restarted server, and also if its answers are late or missing: unconfirmed settings are sent again.
 * The camera must not store the lowered settings.
 */

import { UplinkControl, type UplinkDecision } from '../core/link/uplink-control.ts';
import type { FrameTransfer } from '../core/link/uplink-meter.ts';
import {
  frameSizeName,
  uplinkPart,
  USUAL_SETTINGS,
  type UplinkSetting,
  type UplinkSettings,
} from '../core/link/uplink-levels.ts';
import type { UplinkLowering } from '../core/link/uplink-lowering.ts';
import { VigieError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { CameraConnectionView } from '../wire/camera.ts';
import type { HelloMessage, TelemetryMessage, WelcomeMessage } from '../wire/camera-protocol.ts';
import type { CameraSettings } from '../wire/camera-settings.ts';
import { isUnanswered, type CameraCommands } from './camera-commands.ts';
import { UplinkMemory, type LoweredFromStore } from './uplink-memory.ts';

export interface UplinkStore extends LoweredFromStore {
  /** The owner's settings. */
  settingsOf(cameraId: string): CameraSettings;
  /** Whether the owner lets the server lower them. */
  adaptsToConnection(cameraId: string): boolean;
}

export interface CameraUplinkOptions {
  cameraId: string;
  store: UplinkStore;
  onChange: (lowering: UplinkLowering | null) => void;
  log: Log;
}

export type WelcomeSettings = Omit<WelcomeMessage['settings'], 'ackWindow'>;

/** Capability, in the hello, of a camera whose settings can be changed. */
const SET_CAPABILITY = 'set';
const SETTINGS: readonly UplinkSetting[] = ['jpegQuality', 'frameSize', 'maxFps'];
/** Longest time between two ticks, a second apart: a server that is itself late cannot measure a line. */
const LATE_TICK_US = 1_250_000;

export class CameraUplink {
  readonly #options: CameraUplinkOptions;
  readonly #memory: UplinkMemory;
  #commands: CameraCommands | undefined;
  /** The settings that the camera reports as stored. */
  #stored: CameraSettings = {};
  /** The camera's settings can be changed. */
  #isSettable = false;
  #adapts = false;
  #control: UplinkControl | undefined;
  /** The settings last sent to the camera. */
  #set: UplinkSettings | undefined;
  /** Sent without an answer: the camera may have applied them or not. On a full uplink the answer waits behind frames. */
  readonly #unconfirmed = new Set<UplinkSetting>();
  #loweredAtUs: number | undefined;
  #isTelling = false;
  /** Since the last tick. */
  #hasTold = false;
  /** Changes with each connection and each change by the owner: settings sent before are out of date. */
  #turn = 0;
  #telemetry: { drops: number; atUs: number } | undefined;
  #tickedAtUs: number | undefined;

  constructor(options: CameraUplinkOptions) {
    this.#options = options;
    this.#memory = new UplinkMemory(options);
  }

  /** A camera has proven its key. @returns the settings for its welcome */
  connected(hello: HelloMessage, commands: CameraCommands, nowUs: number): WelcomeSettings {
    const { cameraId, store } = this.#options;
    if (this.#commands) this.disconnected(this.#commands, nowUs);
    this.#turn++;
    this.#commands = commands;
    this.#stored = hello.settings ?? {};
    this.#telemetry = undefined;
    this.#tickedAtUs = undefined;
    this.#unconfirmed.clear();
    this.#isSettable = hello.capabilities.includes(SET_CAPABILITY);
    this.#adapts = this.#isSettable && store.adaptsToConnection(cameraId);
    const wanted = { ...this.#memory.read(), ...store.settingsOf(cameraId) };
    const control = this.#control;
    if (this.#adapts && control?.onConnected(nowUs) && control.isLowered) {
      this.#set = control.settings;
      return { ...wanted, ...uplinkPart(control.settings), temporary: true };
    }
    // Its first picture shows the size of its pictures.
    this.#control = undefined;
    this.#onChange(nowUs);
    return wanted;
  }

  /** @param commands of the connection that ended: another may have replaced it */
  disconnected(commands: CameraCommands, nowUs: number): void {
    if (commands !== this.#commands) return;
    this.#commands = undefined;
    this.#turn++;
    this.#control?.onDisconnected(nowUs);
  }

  onFrame(width: number, height: number, transfer: FrameTransfer): void {
    if (!this.#adapts) return;
    this.#control ??= this.#begin(width, height);
    this.#control.onFrame(transfer);
  }

  onTelemetry({ fps, drops }: TelemetryMessage, nowUs: number): void {
    const last = this.#telemetry;
    this.#telemetry = { drops, atUs: nowUs };
    if (!last || nowUs <= last.atUs) return;
    this.#control?.onTelemetry(fps + (Math.max(0, drops - last.drops) * 1_000_000) / (nowUs - last.atUs));
  }

  /** Call it once a second. */
  onTick(nowUs: number): void {
    const isLate = nowUs - (this.#tickedAtUs ?? nowUs) > LATE_TICK_US;
    this.#tickedAtUs = nowUs;
    const control = this.#control;
    if (!control || this.#isTelling) return;
    if (isLate) control.forgetFrames();
    if (this.#hasTold) control.onTold(nowUs);
    this.#hasTold = false;
    const decision = this.#adapts ? control.decide(nowUs) : undefined;
    if (decision || this.#differing(control).length > 0) void this.#tell(control, decision, nowUs);
  }

  /** The owner changes settings. @throws VigieError as `CameraCommands.run` */
  async setByOwner(settings: CameraSettings, nowUs: number): Promise<void> {
    const commands = this.#commands;
    if (!commands) throw new VigieError('cameraOffline', 'the camera is not connected');
    const part = uplinkPart(settings);
    const isUplinks = Object.keys(part).length > 0;
    const control = this.#control;
    if (isUplinks) this.#turn++;
    const isDifferent = control && (control.isLowered || this.#differing(control).length > 0);
    const wanted = isUplinks && isDifferent ? uplinkPart(control.wanted) : {};
    try {
      await commands.run({ ...wanted, ...settings, type: 'set' });
    } catch (error) {
      if (isUnanswered(error) && isUplinks && control && control === this.#control)
        for (const name of SETTINGS) this.#unconfirmed.add(name);
      throw error;
    }
    if (!isUplinks || !control || control !== this.#control) return;
    this.#unconfirmed.clear();
    control.setWanted({ ...control.wanted, ...part });
    this.#set = control.settings;
    this.#hasTold = true;
    this.#onChange(nowUs);
    await this.#memory.keep(null);
  }

  /** The owner has changed whether it adapts. */
  update(nowUs: number): void {
    const { cameraId, store } = this.#options;
    this.#adapts = this.#isSettable && store.adaptsToConnection(cameraId);
    const control = this.#control;
    if (this.#adapts || !control) return;
    control.setWanted(control.wanted);
    if (this.#commands && !this.#isTelling) void this.#tell(control, undefined, nowUs);
  }

  /** Null: not connected; undefined: its settings cannot be changed, or no picture has come. Times in server time. */
  status(nowUs: number): CameraConnectionView['uplink'] {
    const control = this.#control;
    if (!this.#commands) return null;
    if (!control || !this.#set) return undefined;
    const figures = control.figures(nowUs);
    const carriesBps = finite(figures?.carriesBps) ?? finite(control.carriesBps) ?? null;
    return {
      adapts: this.#adapts,
      wanted: uplinkPart(control.wanted),
      set: uplinkPart(this.#set),
      loweredSinceMs: this.#loweredAtUs === undefined ? null : this.#loweredAtUs / 1000,
      carriesBps: carriesBps === null ? null : Math.round(carriesBps),
      transitMs: figures ? Math.round(figures.transitUs / 1000) : null,
    };
  }

  #begin(width: number, height: number): UplinkControl {
    const { cameraId, store } = this.#options;
    const frameSize = frameSizeName(width, height);
    const had = { ...this.#stored, ...uplinkPart(store.loweredFrom(cameraId) ?? {}) };
    const owners = uplinkPart(store.settingsOf(cameraId));
    const control = new UplinkControl({ ...USUAL_SETTINGS, frameSize, ...had, ...owners });
    this.#set = control.settings;
    // Sent with the welcome.
    void this.#memory.keep(null);
    return control;
  }

  #differing(control: UplinkControl): UplinkSetting[] {
    return SETTINGS.filter(
      (name) => this.#unconfirmed.has(name) || control.settings[name] !== this.#set?.[name],
    );
  }

  /** One message per setting, so that a camera that refuses one applies the others. */
  async #tell(control: UplinkControl, decision: UplinkDecision | undefined, nowUs: number): Promise<void> {
    this.#isTelling = true;
    const turn = this.#turn;
    try {
      if (control.isLowered) await this.#memory.keep(control.wanted);
      if (turn !== this.#turn) return;
      const told = this.#differing(control).map((name) => this.#tellOne(control, name, nowUs));
      await Promise.all(told);
      if (turn !== this.#turn) return;
      if (decision) this.#say(decision.direction, control);
      this.#onChange(nowUs);
      if (!control.isLowered && this.#differing(control).length === 0) await this.#memory.keep(null);
    } finally {
      this.#isTelling = false;
      // Without an answer, only earlier frames are known.
      this.#hasTold = this.#unconfirmed.size === 0;
    }
  }

  async #tellOne(control: UplinkControl, name: UplinkSetting, nowUs: number): Promise<void> {
    const { cameraId, log } = this.#options;
    const turn = this.#turn;
    let value = control.settings[name];
    try {
      await this.#commands?.run({ type: 'set', [name]: value, temporary: true });
    } catch (error) {
      if (turn !== this.#turn) return;
      if (isUnanswered(error)) return this.#onUnanswered(control, name);
      if (!(error instanceof VigieError) || error.code !== 'cameraRejected') return;
      log.info({ cameraId, setting: name, detail: error.message }, 'picture setting refused');
      value = control.onRefused([name], nowUs)[name];
    }
    if (turn !== this.#turn || !this.#set) return;
    this.#unconfirmed.delete(name);
    this.#set = { ...this.#set, [name]: value };
  }

  /** It is sent again at each tick until the camera answers. */
  #onUnanswered(control: UplinkControl, name: UplinkSetting): void {
    const { cameraId, log } = this.#options;
    control.onUnanswered();
    if (this.#unconfirmed.has(name)) return;
    this.#unconfirmed.add(name);
    log.info({ cameraId, setting: name }, 'picture setting unanswered');
  }

  #say(direction: UplinkDecision['direction'], control: UplinkControl): void {
    const { cameraId, log } = this.#options;
    const carriesBps = finite(control.carriesBps);
    const carriesKbps =
      carriesBps === undefined || direction === 'raised'
        ? {}
        : { carriesKbps: Math.round(carriesBps / 1000) };
    log.info({ cameraId, ...uplinkPart(control.settings), ...carriesKbps }, `picture settings ${direction}`);
  }

  #onChange(nowUs: number): void {
    const control = this.#control;
    const wasLowered = this.#loweredAtUs !== undefined;
    if (!control?.isLowered) this.#loweredAtUs = undefined;
    else this.#loweredAtUs ??= nowUs;
    if (control?.isLowered && this.#set && this.#loweredAtUs !== undefined) {
      const { carriesBps, wanted } = control;
      const lowering = { wanted, set: this.#set, sinceUs: this.#loweredAtUs, carriesBps: finite(carriesBps) };
      this.#options.onChange(lowering);
    } else if (wasLowered) this.#options.onChange(null);
  }
}

function finite(value: number | undefined): number | undefined {
  return value !== undefined && Number.isFinite(value) ? value : undefined;
}
