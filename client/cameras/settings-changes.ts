/**
 * Sends a camera's settings while a user moves the controls: one request at a time, and only the newest value of each setting, so
 * that a dragged slider never runs ahead of the camera.
 *
 * Invariant: each value that is not replaced by a newer one gets its own answer, applied or rejected.
 */

import type { AdjustableSettings } from '../../server/wire/camera-settings.ts';
import { errorText } from '../http/api-error.ts';
import { Emitter } from '../emitter.ts';

export type SettingName = keyof AdjustableSettings;

export type Answer = { state: 'sending' } | { state: 'applied' } | { state: 'rejected'; reason: string };

export class SettingsChanges extends Emitter<{ change: SettingsChanges }> {
  readonly #send: (settings: AdjustableSettings) => Promise<void>;
  readonly #waiting = new Map<SettingName, AdjustableSettings>();
  readonly #answers = new Map<SettingName, Answer>();
  #taken: AdjustableSettings;
  #wanted: AdjustableSettings;
  #sending = false;

  /**
   * @param current the camera's settings
   * @param send rejects with an error that may be shown
   */
  constructor(current: AdjustableSettings, send: (settings: AdjustableSettings) => Promise<void>) {
    super();
    this.#taken = current;
    this.#wanted = current;
    this.#send = send;
  }

  /** The values the controls show: the wanted ones, and the old one of a setting that the camera has refused. */
  get values(): AdjustableSettings {
    return this.#wanted;
  }

  /** The answer to the newest value of a setting; undefined when it was never changed here. */
  answerTo(name: SettingName): Answer | undefined {
    return this.#answers.get(name);
  }

  /** @param change of one setting */
  ask(name: SettingName, change: AdjustableSettings): void {
    this.#wanted = { ...this.#wanted, ...change };
    this.#waiting.set(name, change);
    this.#answers.set(name, { state: 'sending' });
    this.emit('change', this);
    void this.#sendAll();
  }

  async #sendAll(): Promise<void> {
    if (this.#sending) return;
    this.#sending = true;
    for (let next = this.#next(); next; next = this.#next()) await this.#sendOne(...next);
    this.#sending = false;
  }

  #next(): [SettingName, AdjustableSettings] | undefined {
    const [next] = this.#waiting;
    if (next) this.#waiting.delete(next[0]);
    return next;
  }

  async #sendOne(name: SettingName, change: AdjustableSettings): Promise<void> {
    let answer: Answer = { state: 'applied' };
    try {
      await this.#send(change);
      this.#taken = { ...this.#taken, ...change };
    } catch (error) {
      answer = { state: 'rejected', reason: errorText(error) };
    }
    // A newer value is on its way: its answer counts.
    if (this.#waiting.has(name)) return;
    if (answer.state === 'rejected') this.#wanted = withValueOf(name, this.#wanted, this.#taken);
    this.#answers.set(name, answer);
    this.emit('change', this);
  }
}

function withValueOf(
  name: SettingName,
  settings: AdjustableSettings,
  source: AdjustableSettings,
): AdjustableSettings {
  const { [name]: _refused, ...rest } = settings;
  return name in source ? { ...rest, [name]: source[name] } : rest;
}
