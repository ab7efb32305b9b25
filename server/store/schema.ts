/**
 * The tables, as a list of migrations. A released migration is never changed; new ones are appended.
 *
 * Times are ms since the Unix epoch.
 */

import { EARLY_MIGRATIONS } from './early-migrations.ts';

export const MIGRATIONS: readonly string[] = [
  ...EARLY_MIGRATIONS,
  `
  -- Browsers that are told what happens (Web Push), by the address their push service gave them.
  CREATE TABLE push_devices (
    endpoint      TEXT PRIMARY KEY,
    -- Told only as long as it is signed in.
    session_id    TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    p256dh        TEXT NOT NULL,
    auth          TEXT NOT NULL,
    created_at    INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX push_devices_by_session ON push_devices (session_id);

  CREATE TABLE notification_settings (
    user_id       TEXT PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    -- JSON, as wire/notification.ts has it.
    settings      TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- Every list comes out of an index in its order, and nothing walks a table that grows (test/store/query-plans.test.ts).
  CREATE INDEX events_by_kind ON events (camera_id, kind, sequence);
  DROP INDEX events_by_time;
  -- With the end and the kind, so that a range of time is found without reading a row.
  CREATE INDEX events_by_time ON events (camera_id, started_at, sequence, ended_at, kind);
  CREATE INDEX events_going_on ON events (kind) WHERE ended_at IS NULL;

  DROP INDEX sensors_by_camera;
  CREATE INDEX sensors_by_camera ON sensors (camera_id, created_at);

  CREATE INDEX sessions_by_use ON sessions (rotated_at);

  -- Few gaps end after a moment that somebody looks at; many began before it.
  CREATE INDEX recording_gaps_by_end ON recording_gaps (camera_id, end_ms);

  CREATE INDEX webhook_deliveries_by_webhook ON webhook_deliveries (webhook_id, sequence);
  DROP INDEX webhook_deliveries_waiting;
  CREATE INDEX webhook_deliveries_waiting ON webhook_deliveries (webhook_id, next_attempt_at, sequence)
    WHERE state = 'waiting';
  `,
  `
  -- Reasons are those of wire/recording.ts; the table takes any, so that a new one needs no new table.
  ALTER TABLE recording_gaps RENAME TO old_recording_gaps;
  CREATE TABLE recording_gaps (
    id            INTEGER PRIMARY KEY,
    camera_id     TEXT NOT NULL,
    start_ms      INTEGER NOT NULL,
    -- Null while it lasts.
    end_ms        INTEGER,
    reason        TEXT NOT NULL
  ) STRICT;
  INSERT INTO recording_gaps SELECT id, camera_id, start_ms, end_ms, reason FROM old_recording_gaps;
  DROP TABLE old_recording_gaps;
  CREATE INDEX recording_gaps_by_camera ON recording_gaps (camera_id, start_ms);
  CREATE INDEX recording_gaps_by_end ON recording_gaps (camera_id, end_ms);
  `,
  `
  -- The time zone and what else holds for the whole site. JSON, as wire/site.ts has it.
  CREATE TABLE site_settings (
    name          TEXT PRIMARY KEY,
    value         TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- Passwords set by --reset-password beside a running server, which acts on them within a second. The newest are kept.
  CREATE TABLE password_resets (
    sequence      INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id       TEXT NOT NULL,
    -- JSON; the sessions that ended with it.
    session_ids   TEXT NOT NULL,
    made_at       INTEGER NOT NULL
  ) STRICT;
  `,
  `
  -- Who did what. No foreign keys: an entry outlasts whom and what it is about.
  CREATE TABLE audit_entries (
    sequence      INTEGER PRIMARY KEY AUTOINCREMENT,
    id            TEXT NOT NULL UNIQUE,
    began_at      INTEGER NOT NULL,
    -- The end of a stretch so far; otherwise as began_at.
    ended_at      INTEGER NOT NULL CHECK (ended_at >= began_at),
    -- As wire/audit-actions.ts has it.
    action        TEXT NOT NULL,
    kind          TEXT NOT NULL,
    refused       INTEGER NOT NULL CHECK (refused IN (0, 1)),
    count         INTEGER NOT NULL,
    user_id       TEXT,
    username      TEXT,
    address       TEXT,
    device        TEXT,
    camera_id     TEXT,
    camera_name   TEXT,
    -- JSON.
    details       TEXT NOT NULL
  ) STRICT;
  CREATE INDEX audit_entries_by_time ON audit_entries (began_at);
  CREATE INDEX audit_entries_by_user ON audit_entries (user_id, began_at);
  CREATE INDEX audit_entries_by_camera ON audit_entries (camera_id, began_at);
  CREATE TRIGGER audit_entries_stay BEFORE UPDATE OF sequence, id, began_at, action, kind, refused, user_id, username,
    address, device, camera_id, camera_name, details ON audit_entries
  BEGIN
    SELECT raise(ABORT, 'the audit log is append-only');
  END;
  CREATE TRIGGER audit_entries_grow BEFORE UPDATE OF ended_at, count ON audit_entries
    WHEN new.ended_at < old.ended_at OR new.count < old.count
  BEGIN
    SELECT raise(ABORT, 'the audit log is append-only');
  END;
  CREATE TRIGGER audit_entries_last BEFORE DELETE ON audit_entries WHEN old.began_at > (unixepoch() - 7 * 86400) * 1000
  BEGIN
    SELECT raise(ABORT, 'an entry of the audit log stays for a week');
  END;

  CREATE TABLE audit_settings (
    one           INTEGER PRIMARY KEY CHECK (one = 1),
    -- JSON, as wire/audit.ts has it.
    settings      TEXT NOT NULL
  ) STRICT;
  `,
  `
  -- The rights of a viewer to a camera: the rights of wire/rights.ts, one row each. The table takes any, so that a new one
  -- needs no new table.
  CREATE TABLE user_rights (
    user_id       TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    camera_id     TEXT NOT NULL REFERENCES cameras (id) ON DELETE CASCADE,
    granted       TEXT NOT NULL,
    PRIMARY KEY (user_id, camera_id, granted)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX user_rights_by_camera ON user_rights (camera_id);
  -- One right to a camera has meant all of these.
  INSERT INTO user_rights SELECT user_id, camera_id, value FROM camera_rights, json_each('["live", "lookBack", "events"]');

  -- Notices to administrators, shown until one of them dismisses them, as in wire/account.ts.
  CREATE TABLE notices (
    name          TEXT PRIMARY KEY
  ) STRICT, WITHOUT ROWID;
  INSERT INTO notices SELECT 'rightsPerCamera' WHERE EXISTS (SELECT 1 FROM camera_rights);
  DROP TABLE camera_rights;
  `,
  `
  -- Cameras that were removed and still have recordings, and the viewers who may look back at them.
  CREATE TABLE removed_cameras (
    id            TEXT PRIMARY KEY,
    name          TEXT NOT NULL,
    removed_at    INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE removed_camera_viewers (
    user_id       TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    camera_id     TEXT NOT NULL REFERENCES removed_cameras (id) ON DELETE CASCADE,
    PRIMARY KEY (user_id, camera_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX removed_camera_viewers_by_camera ON removed_camera_viewers (camera_id);
  `,
  `
  -- The privacy switch of each camera that has used it; that of all is in site_settings.
  CREATE TABLE camera_switches (
    camera_id     TEXT PRIMARY KEY REFERENCES cameras (id) ON DELETE CASCADE,
    -- JSON, as camera-switch/camera-switch-store.ts has it.
    settings      TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- For finding recordings older than they may be kept.
  CREATE INDEX recordings_expiring ON recordings (end_ms, bytes) WHERE protected = 0 AND open = 0;
  CREATE INDEX events_by_end ON events (ended_at) WHERE ended_at IS NOT NULL;
  `,
  `
  -- Devices on which a user has signed in, by the SHA-256 of a cookie's token.
  CREATE TABLE known_devices (
    user_id       TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    token_hash    BLOB NOT NULL CHECK (length(token_hash) = 32),
    seen_at       INTEGER NOT NULL,
    PRIMARY KEY (user_id, token_hash)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX known_devices_by_token ON known_devices (token_hash);

  -- Notices that a running server makes have a date and a text.
  ALTER TABLE notices ADD COLUMN told_at INTEGER;
  ALTER TABLE notices ADD COLUMN text TEXT;
  `,
  `
  -- JSON, what a camera was set to before the server lowered it to fit its uplink; null while it is not lowered.
  ALTER TABLE cameras ADD COLUMN lowered_from TEXT;
  `,
  `
  -- Credentials that stand for a user in place of a sign-in, by the SHA-256 of the secret: API keys.
  CREATE TABLE credentials (
    id            TEXT PRIMARY KEY,
    -- As accounts/credential-store.ts has it.
    kind          TEXT NOT NULL,
    user_id       TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name          TEXT NOT NULL,
    secret_hash   BLOB NOT NULL CHECK (length(secret_hash) = 32),
    -- JSON, as wire/api-key.ts has it.
    granted       TEXT NOT NULL,
    created_at    INTEGER NOT NULL,
    -- Null: never.
    expires_at    INTEGER,
    last_used_at  INTEGER,
    last_address  TEXT
  ) STRICT;
  CREATE INDEX credentials_by_user ON credentials (user_id, created_at, id);
  CREATE INDEX credentials_by_time ON credentials (created_at, id);
  `,
  `
  -- The API key by which a key was made, with which it ends; null: made by a user in person.
  ALTER TABLE credentials ADD COLUMN made_by TEXT;
  CREATE INDEX credentials_by_maker ON credentials (made_by);
  `,
  `
  -- The label that an analyser reported, such as 'person'; empty for every other kind of event.
  ALTER TABLE events ADD COLUMN label TEXT NOT NULL DEFAULT '';
  CREATE INDEX events_by_label ON events (camera_id, label, sequence) WHERE label <> '';
  DROP INDEX events_by_time;
  CREATE INDEX events_by_time ON events (camera_id, started_at, sequence, ended_at, kind, label);
  -- JSON, the labels of detections that a webhook is told of; empty: all.
  ALTER TABLE webhooks ADD COLUMN labels TEXT NOT NULL DEFAULT '[]';
  `,
  `
  -- Counts the pictures that an event has had, so that a page asks for a better one.
  ALTER TABLE event_thumbnails ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
  `,
];
