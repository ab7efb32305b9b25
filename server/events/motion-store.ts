/** What of each camera's motion counts. */

import type { DatabaseSync } from 'node:sqlite';
import { MOTION_VIEW, type MotionView } from '../wire/motion.ts';
import { readFields } from '../store/json-column.ts';
import { declareStatements, prepareStatements } from '../store/statements.ts';
import type { Shared, WorkOf } from '../store/work.ts';

const SQL = declareStatements('motion', {
  settings: 'SELECT settings FROM motion_settings WHERE camera_id = ?',
  setSettings: `
    INSERT INTO motion_settings (camera_id, settings) VALUES (?, ?)
    ON CONFLICT (camera_id) DO UPDATE SET settings = excluded.settings`,
});

export class MotionQueries {
  readonly #statements;

  constructor(database: DatabaseSync) {
    this.#statements = prepareStatements(database, SQL);
  }

  settingsOf(cameraId: string): Partial<MotionView> | undefined {
    return readFields(MOTION_VIEW, this.#statements.settings.get(cameraId)?.['settings']);
  }

  setSettings(cameraId: string, settings: MotionView): void {
    this.#statements.setSettings.run(cameraId, JSON.stringify(settings));
  }
}

export const MOTION_WORK = {
  settingsOf: 'quick',
  setSettings: 'action',
} as const satisfies WorkOf<MotionQueries>;

export type MotionStore = Shared<MotionQueries, typeof MOTION_WORK>;
