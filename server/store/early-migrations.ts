/** The first migrations, as schema.ts has the later ones. They are released: none of them ever changes. */

export const EARLY_MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE cameras (
    id            TEXT PRIMARY KEY,
    name          TEXT NOT NULL,
    kind          TEXT NOT NULL CHECK (kind IN ('v1', 'seed', 'demo')),
    -- 32 bytes; null where the protocol has no key. Kept as it is: both sides prove it by HMAC, for which the server
    -- needs the key itself, so a hash of it, as of a password, would be of no use. What protects it is the file's mode.
    key           BLOB CHECK (key IS NULL OR length(key) = 32),
    -- JSON, what the camera is set to when it connects.
    settings      TEXT NOT NULL DEFAULT '{}',
    created_at    INTEGER NOT NULL,
    last_frame_at INTEGER
  ) STRICT;

  CREATE TABLE users (
    id            TEXT PRIMARY KEY,
    username      TEXT NOT NULL UNIQUE COLLATE NOCASE,
    -- PHC string.
    password_hash TEXT NOT NULL,
    role          TEXT NOT NULL CHECK (role IN ('administrator', 'viewer')),
    created_at    INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE camera_rights (
    user_id       TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    camera_id     TEXT NOT NULL REFERENCES cameras (id) ON DELETE CASCADE,
    PRIMARY KEY (user_id, camera_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX camera_rights_by_camera ON camera_rights (camera_id);

  -- One row per sign-in, which is also one family of refresh tokens.
  CREATE TABLE sessions (
    id            TEXT PRIMARY KEY,
    user_id       TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- Number of the one refresh token that is good; the token itself is nowhere, see accounts/refresh-token.ts.
    generation    INTEGER NOT NULL,
    created_at    INTEGER NOT NULL,
    rotated_at    INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX sessions_by_user ON sessions (user_id, rotated_at);

  CREATE TABLE secrets (
    name          TEXT PRIMARY KEY,
    value         BLOB NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- The files are in the data folder under firmware/, named by their sha256.
  CREATE TABLE firmware_images (
    id            TEXT PRIMARY KEY,
    sha256        TEXT NOT NULL UNIQUE CHECK (length(sha256) = 64),
    version       TEXT NOT NULL,
    target        TEXT NOT NULL,
    bytes         INTEGER NOT NULL,
    created_at    INTEGER NOT NULL
  ) STRICT;

  -- The last update of each camera, as core/updates/firmware-update.ts has it.
  CREATE TABLE firmware_updates (
    camera_id     TEXT PRIMARY KEY REFERENCES cameras (id) ON DELETE CASCADE,
    image_id      TEXT REFERENCES firmware_images (id) ON DELETE SET NULL,
    version       TEXT NOT NULL,
    bytes         INTEGER NOT NULL,
    allow_older   INTEGER NOT NULL CHECK (allow_older IN (0, 1)),
    from_version  TEXT,
    state         TEXT NOT NULL
      CHECK (state IN ('staged', 'offered', 'downloading', 'restarting', 'done', 'failed', 'rolledBack')),
    reason        TEXT,
    attempts      INTEGER NOT NULL,
    changed_at    INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX firmware_updates_by_image ON firmware_updates (image_id);
  `,
  `
  -- One row per WebM file in the data folder under recordings/. The files are what counts: a row without one is removed at
  -- the start, a file without a row is taken in.
  CREATE TABLE recordings (
    id            TEXT PRIMARY KEY,
    camera_id     TEXT NOT NULL,
    start_ms      INTEGER NOT NULL,
    -- Time of the last frame; for an open segment, of the first.
    end_ms        INTEGER NOT NULL,
    bytes         INTEGER NOT NULL,
    width         INTEGER NOT NULL,
    height        INTEGER NOT NULL,
    protected     INTEGER NOT NULL CHECK (protected IN (0, 1)),
    -- It is being written, or was when the server ended.
    open          INTEGER NOT NULL CHECK (open IN (0, 1)),
    UNIQUE (camera_id, start_ms)
  ) STRICT;

  -- When a camera should have been recorded and was not.
  CREATE TABLE recording_gaps (
    id            INTEGER PRIMARY KEY,
    camera_id     TEXT NOT NULL,
    start_ms      INTEGER NOT NULL,
    -- Null while it lasts.
    end_ms        INTEGER,
    reason        TEXT NOT NULL
      CHECK (reason IN ('cameraOffline', 'serverDown', 'overload', 'quotaFull', 'diskFull'))
  ) STRICT;
  CREATE INDEX recording_gaps_by_camera ON recording_gaps (camera_id, start_ms);

  CREATE TABLE recording_settings (
    camera_id     TEXT PRIMARY KEY REFERENCES cameras (id) ON DELETE CASCADE,
    -- JSON, as wire/recording.ts has it.
    settings      TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- Events at the cameras, in the order of their reports; a fixed number of the newest of each camera is kept.
  CREATE TABLE events (
    sequence      INTEGER PRIMARY KEY AUTOINCREMENT,
    id            TEXT NOT NULL UNIQUE,
    camera_id     TEXT NOT NULL REFERENCES cameras (id) ON DELETE CASCADE,
    -- Who noticed it, and which one of its kind.
    source        TEXT NOT NULL,
    source_name   TEXT NOT NULL,
    kind          TEXT NOT NULL,
    started_at    INTEGER NOT NULL,
    ended_at      INTEGER
  ) STRICT;
  CREATE INDEX events_by_camera ON events (camera_id, sequence);

  -- A device that may raise events beside a camera. Only the SHA-256 of its token is kept.
  CREATE TABLE sensors (
    id            TEXT PRIMARY KEY,
    camera_id     TEXT NOT NULL REFERENCES cameras (id) ON DELETE CASCADE,
    name          TEXT NOT NULL,
    token_hash    BLOB NOT NULL UNIQUE CHECK (length(token_hash) = 32),
    created_at    INTEGER NOT NULL,
    last_event_at INTEGER
  ) STRICT;
  CREATE INDEX sensors_by_camera ON sensors (camera_id);
  `,
  `
  -- Names of zones as JSON; of motion, the largest share of the picture that moved.
  ALTER TABLE events ADD COLUMN zones TEXT NOT NULL DEFAULT '[]';
  ALTER TABLE events ADD COLUMN score REAL;
  `,
  `
  CREATE TABLE motion_settings (
    camera_id     TEXT PRIMARY KEY REFERENCES cameras (id) ON DELETE CASCADE,
    -- JSON, as wire/motion.ts has it.
    settings      TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  `
  CREATE INDEX events_by_time ON events (camera_id, started_at);

  -- Small JPEGs of events; a fixed number of the newest of each camera is kept.
  CREATE TABLE event_thumbnails (
    event_id      TEXT PRIMARY KEY REFERENCES events (id) ON DELETE CASCADE,
    jpeg          BLOB NOT NULL
  ) STRICT;
  `,
  `
  CREATE TABLE webhooks (
    id            TEXT PRIMARY KEY,
    name          TEXT NOT NULL,
    url           TEXT NOT NULL,
    -- Kept as it is, for messages are signed with it.
    secret        BLOB NOT NULL CHECK (length(secret) = 32),
    -- JSON; of no cameras: all.
    camera_ids    TEXT NOT NULL,
    kinds         TEXT NOT NULL,
    moment        TEXT NOT NULL CHECK (moment IN ('started', 'ended', 'both')),
    enabled       INTEGER NOT NULL CHECK (enabled IN (0, 1)),
    created_at    INTEGER NOT NULL,
    failing_since INTEGER
  ) STRICT;

  CREATE TABLE webhook_deliveries (
    sequence      INTEGER PRIMARY KEY AUTOINCREMENT,
    id            TEXT NOT NULL UNIQUE,
    webhook_id    TEXT NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
    type          TEXT NOT NULL,
    -- The event's id: of one event a webhook is told the same once.
    subject       TEXT NOT NULL,
    body          TEXT NOT NULL,
    created_at    INTEGER NOT NULL,
    state         TEXT NOT NULL CHECK (state IN ('waiting', 'delivered', 'failed')),
    attempts      INTEGER NOT NULL,
    next_attempt_at INTEGER,
    status        INTEGER,
    answer        TEXT,
    UNIQUE (webhook_id, subject, type)
  ) STRICT;
  CREATE INDEX webhook_deliveries_waiting ON webhook_deliveries (next_attempt_at) WHERE state = 'waiting';
  `,
];
