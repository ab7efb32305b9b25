/** The switch of each camera, and the one of all cameras, as they were last set. */

import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { readFields } from '../store/json-column.ts';
import { SETTINGS_WORK, SettingsQueries, settingsSql } from '../store/settings-queries.ts';
import { declareStatements, prepareStatements } from '../store/statements.ts';
import type { Shared, WorkOf } from '../store/work.ts';
import { OFF_HOURS } from '../wire/camera-switch.ts';
import { timeMs } from '../wire/fields.ts';

const SWITCH_STATE = z.strictObject({
  /** Switched off by hand; null: not. */
  byHand: z.strictObject({ username: z.string(), sinceMs: timeMs }).nullable(),
  offHours: OFF_HOURS,
  /** Switched on by hand within its off hours, until they end; null: not. */
  onUntilMs: timeMs.nullable(),
});
export type SwitchState = z.infer<typeof SWITCH_STATE>;

const ALL = 'cameraSwitch';

const SQL = declareStatements('cameraSwitches', {
  ...settingsSql('camera_switches', 'camera_id'),
  ofAll: 'SELECT value FROM site_settings WHERE name = ?',
  setAll: `
    INSERT INTO site_settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
});

export class CameraSwitchQueries extends SettingsQueries<typeof SWITCH_STATE.shape> {
  readonly #statements;

  constructor(database: DatabaseSync) {
    const statements = prepareStatements(database, SQL);
    super(SWITCH_STATE, statements);
    this.#statements = statements;
  }

  /** @returns the stored fields; undefined when it was never used */
  ofAll(): Partial<SwitchState> | undefined {
    return readFields(SWITCH_STATE, this.#statements.ofAll.get(ALL)?.['value']);
  }

  setAll(state: SwitchState): void {
    this.#statements.setAll.run(ALL, JSON.stringify(state));
  }
}

export const CAMERA_SWITCH_WORK = {
  ofAll: 'quick',
  setAll: 'action',
  ...SETTINGS_WORK,
} as const satisfies WorkOf<CameraSwitchQueries>;

export type CameraSwitchStore = Shared<CameraSwitchQueries, typeof CAMERA_SWITCH_WORK>;
