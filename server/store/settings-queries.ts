/** Settings of one kind, one JSON column per camera or user: the queries that such stores share. */

import type { StatementSync } from 'node:sqlite';
import type { z } from 'zod';
import { readFields } from './json-column.ts';

/** @param key column that names the camera or user; the table's primary key, beside the column `settings` */
export function settingsSql(table: string, key: string): { settings: string; setSettings: string } {
  return {
    settings: `SELECT settings FROM ${table} WHERE ${key} = ?`,
    setSettings: `
      INSERT INTO ${table} (${key}, settings) VALUES (?, ?)
      ON CONFLICT (${key}) DO UPDATE SET settings = excluded.settings`,
  };
}

export class SettingsQueries<Shape extends Record<string, z.ZodType>> {
  readonly #schema: z.ZodObject<Shape>;
  readonly #statements: { readonly settings: StatementSync; readonly setSettings: StatementSync };

  /** @param statements of `settingsSql`, prepared */
  constructor(
    schema: z.ZodObject<Shape>,
    statements: { readonly settings: StatementSync; readonly setSettings: StatementSync },
  ) {
    this.#schema = schema;
    this.#statements = statements;
  }

  /** @returns the stored fields; undefined when none were ever stored */
  settingsOf(key: string): Partial<z.infer<z.ZodObject<Shape>>> | undefined {
    return readFields(this.#schema, this.#statements.settings.get(key)?.['settings']);
  }

  setSettings(key: string, settings: z.infer<z.ZodObject<Shape>>): void {
    this.#statements.setSettings.run(key, JSON.stringify(settings));
  }
}

export const SETTINGS_WORK = { settingsOf: 'quick', setSettings: 'action' } as const;
