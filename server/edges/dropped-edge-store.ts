/** The edges that administrators have dropped. */

import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { isNodeName } from '../core/edges/subjects.ts';
import { MAX_DROPPED_EDGES } from '../wire/site-edges.ts';
import { declareStatements, prepareStatements } from '../store/statements.ts';
import type { Shared, WorkOf } from '../store/work.ts';
import { validate } from '../wire/validate.ts';

const NAMES = z.array(z.string().refine(isNodeName)).max(MAX_DROPPED_EDGES);

const SQL = declareStatements('droppedEdges', {
  find: 'SELECT value FROM site_settings WHERE name = ?',
  set: 'INSERT INTO site_settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
});

const DROPPED = 'droppedEdges';

export class DroppedEdgeQueries {
  readonly #statements;

  constructor(database: DatabaseSync) {
    this.#statements = prepareStatements(database, SQL);
  }

  /** Their names. */
  list(): string[] {
    const text = this.#statements.find.get(DROPPED)?.['value'];
    const read = validate(NAMES, typeof text === 'string' ? JSON.parse(text) : []);
    return read.success ? read.data : [];
  }

  set(names: readonly string[]): void {
    this.#statements.set.run(DROPPED, JSON.stringify(names));
  }
}

export const DROPPED_EDGE_WORK = {
  list: 'quick',
  set: 'action',
} as const satisfies WorkOf<DroppedEdgeQueries>;

export type DroppedEdgeStore = Shared<DroppedEdgeQueries, typeof DROPPED_EDGE_WORK>;
