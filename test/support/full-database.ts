/** Fills a database up to the product's own bounds, by SQL alone, for the plans of statements and for the benches. */

import type { DatabaseSync } from 'node:sqlite';

export interface Fill {
  cameras: number;
  /** Per camera, like everything below. */
  events: number;
  thumbnails: number;
  segments: number;
  gaps: number;
  users: number;
  /** Per user. */
  sessions: number;
  webhooks: number;
  /** Per webhook; a third of them wait. */
  deliveries: number;
  audit: number;
}

export const FILLED_UNTIL_MS = 1_800_000_000_000;

/** Cameras are `cam_1` …, users `user_1` … (the first an administrator, the others see every second camera). */
export function fillDatabase(database: DatabaseSync, fill: Fill): void {
  const insert = (into: string, columns: string, count: number): void => {
    const counted = `WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ${count})`;
    if (count > 0) database.exec(`INSERT INTO ${into} ${counted} ${columns}`);
  };
  const until = FILLED_UNTIL_MS;
  database.exec('BEGIN');
  insert(
    'cameras (id, name, kind, key, created_at)',
    "SELECT 'cam_' || n, 'Camera ' || n, 'v1', randomblob(32), n FROM n",
    fill.cameras,
  );
  insert(
    'users (id, username, password_hash, role, created_at)',
    "SELECT 'user_' || n, 'user' || n, 'hash', iif(n = 1, 'administrator', 'viewer'), n FROM n",
    fill.users,
  );
  database.exec(
    "INSERT INTO user_rights SELECT u.id, c.id, 'live' FROM users u, cameras c WHERE role = 'viewer' AND c.rowid % 2 = 0",
  );
  insert(
    'sessions (id, user_id, generation, created_at, rotated_at)',
    `SELECT 'ses_' || u.rowid || '_' || n, u.id, 0, ${until} - n, ${until} - n FROM n, users u`,
    fill.sessions,
  );
  database.exec(`INSERT INTO push_devices (endpoint, session_id, p256dh, auth, created_at)
    SELECT 'https://push.example/' || id, id, 'key', 'auth', rotated_at FROM sessions WHERE id LIKE 'ses_%_1'`);
  // The cameras take turns, so that each one's events are spread over the whole table. A few continue; one kind is
  // rare.
  insert(
    `events (id, camera_id, source, source_name, kind, started_at, ended_at, zones, score)`,
    `SELECT 'evt_' || c.rowid || '_' || n, c.id, 'motion', '', iif(n % 500 = 7, 'offline', 'motion'),
      ${until} - (${fill.events} - n) * 60000 - c.rowid, iif(n = ${fill.events}, NULL,
        ${until} - (${fill.events} - n) * 60000 + 20000), '["Gate"]', 0.1
    FROM n CROSS JOIN cameras c ORDER BY n`,
    fill.events,
  );
  database.exec(`INSERT INTO event_thumbnails (event_id, jpeg) SELECT id, randomblob(6000) FROM events
    WHERE CAST(substr(id, instr(substr(id, 5), '_') + 5) AS INTEGER) > ${fill.events - fill.thumbnails}`);
  database.exec(`INSERT INTO sensors (id, camera_id, name, token_hash, created_at)
    SELECT 'sen_' || id, id, 'Door', randomblob(32), 0 FROM cameras`);
  insert(
    'recordings (id, camera_id, start_ms, end_ms, bytes, width, height, protected, open)',
    `SELECT 'rec_' || c.rowid || '_' || n, c.id, ${until} - n * 60000, ${until} - n * 60000 + 59000, 4000000, 640, 480,
      0, 0 FROM n, cameras c`,
    fill.segments,
  );
  insert(
    'recording_gaps (camera_id, start_ms, end_ms, reason)',
    `SELECT id, ${until} - n * 600000, iif(n = 1, NULL, ${until} - n * 600000 + 9000), 'cameraOffline' FROM n, cameras`,
    fill.gaps,
  );
  insert(
    'webhooks (id, name, url, secret, camera_ids, kinds, moment, enabled, created_at)',
    `SELECT 'hook_' || n, 'Hook', 'https://example.com/', randomblob(32), '[]', '["motion"]', 'both', 1, n FROM n`,
    fill.webhooks,
  );
  insert(
    `webhook_deliveries
      (id, webhook_id, type, subject, body, created_at, state, attempts, next_attempt_at)`,
    `SELECT 'msg_' || w.rowid || '_' || n, w.id, 'event.started', 'evt_' || n, hex(randomblob(300)), ${until} - n,
      iif(n % 3 = 0, 'waiting', 'delivered'), 1, iif(n % 3 = 0, ${until} + n, NULL) FROM n, webhooks w`,
    fill.deliveries,
  );
  insert(
    'audit_entries (id, began_at, ended_at, action, kind, refused, count, user_id, camera_id, details)',
    `SELECT 'aud_' || n, ${until} + n, ${until} + n, 'watched', iif(n % 9, 'viewing', 'signIn'), 0, 1, 'user_' || (n % 7),
      'cam_' || (n % 5), '{}' FROM n`,
    fill.audit,
  );
  database.exec("INSERT INTO password_resets (user_id, session_ids, made_at) SELECT id, '[]', 0 FROM users");
  database.exec('COMMIT');
}
