/** Motion settings of each camera. */

import type { DatabaseSync } from 'node:sqlite';
import { MOTION_VIEW } from '../wire/motion.ts';
import { SETTINGS_WORK, SettingsQueries, settingsSql } from '../store/settings-queries.ts';
import { declareStatements, prepareStatements } from '../store/statements.ts';
import type { Shared, WorkOf } from '../store/work.ts';

const SQL = declareStatements('motion', settingsSql('motion_settings', 'camera_id'));

export class MotionQueries extends SettingsQueries<typeof MOTION_VIEW.shape> {
  constructor(database: DatabaseSync) {
    super(MOTION_VIEW, prepareStatements(database, SQL));
  }
}

export const MOTION_WORK = SETTINGS_WORK satisfies WorkOf<MotionQueries>;

export type MotionStore = Shared<MotionQueries, typeof MOTION_WORK>;
