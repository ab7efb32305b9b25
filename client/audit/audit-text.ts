/** An entry of the audit log in plain words: action, result and time. Pure. */

import type { AuditAction, AuditKind } from '../../server/wire/audit-actions.ts';
import type { AuditEntry } from '../../server/wire/audit.ts';
import type { ShownTime } from '../dates/shown-time.ts';

export const AUDIT_KIND_NAMES: Readonly<Record<AuditKind, string>> = {
  signIn: 'Sign-ins',
  viewing: 'Viewing',
  download: 'Downloads',
  deletion: 'Deletions',
  access: 'Users, rights and keys',
  settings: 'Settings',
  firmware: 'Firmware',
  backup: 'Backups',
  security: 'Security',
};

const ACTIONS: Readonly<Record<AuditAction, string>> = {
  signedIn: 'Signed in',
  signInRefused: 'Failed sign-in',
  signedOut: 'Signed out',
  watched: 'Watched live',
  lookedBack: 'Watched recordings',
  sawEventPictures: 'Viewed event pictures',
  downloaded: 'Downloaded recordings',
  auditExported: 'Downloaded the audit log',
  recordingDeleted: 'Deleted a recording',
  cameraRemoved: 'Removed the camera',
  removedCameraDeleted: 'Deleted the recordings of a removed camera',
  userAdded: 'Added a user',
  userChanged: 'Changed a user',
  userRemoved: 'Removed a user',
  passwordChanged: 'Changed their own password',
  passwordReset: 'Reset a password by command',
  cameraAdded: 'Added the camera',
  cameraKeyRenewed: 'Gave the camera a new key',
  pairingCodeMade: 'Made a pairing code',
  cameraPaired: 'Camera paired',
  pairingRefused: 'Wrong pairing code',
  sensorAdded: 'Added a sensor',
  sensorRemoved: 'Removed a sensor',
  apiKeyMade: 'Made an API key',
  apiKeyRevoked: 'Revoked an API key',
  apiKeyUsed: 'Used an API key',
  apiKeyRefused: 'Wrong API key',
  webhookAdded: 'Added a webhook',
  webhookChanged: 'Changed a webhook',
  webhookRemoved: 'Removed a webhook',
  webhookSecretRenewed: 'Renewed the secret of a webhook',
  edgeDropped: 'Dropped or admitted an edge',
  cameraRenamed: 'Renamed the camera',
  cameraSettingsChanged: 'Changed camera settings',
  cameraRestarted: 'Restarted the camera',
  cameraSwitched: 'Switched a camera off or on',
  offHoursChanged: 'Changed the off hours of a camera',
  motionSettingsChanged: 'Changed motion detection',
  recordingSettingsChanged: 'Changed recording settings',
  recordingProtectionChanged: 'Changed the protection of a recording',
  timeZoneChanged: 'Changed the time zone',
  clockChanged: 'Clock changed',
  auditSettingsChanged: 'Changed how long the audit log is kept',
  firmwareUploaded: 'Uploaded firmware',
  firmwareDeleted: 'Deleted firmware',
  updateStarted: 'Started an update',
  updateCancelled: 'Cancelled an update',
  backupDownloaded: 'Downloaded a backup',
  backupWritten: 'Wrote a backup by command',
  backupRestored: 'Restored a backup',
  newDevice: 'Sign-in from a new device',
  signInsHeld: 'Sign-ins blocked',
  cameraKeysRefused: 'Wrong camera keys',
  apiKeysHeld: 'Wrong API keys blocked',
  apiKeySpread: 'API key used from many addresses',
  connectionsRefused: 'Too many connections',
  forgedPackets: 'Forged packets',
  notListed: 'More entries than are listed',
  auditLogFull: 'The audit log is full',
};

/** Actions whose words already say that they were refused. */
const SAY_SO: ReadonlySet<AuditAction> = new Set([
  'signInRefused',
  'pairingRefused',
  'signInsHeld',
  'cameraKeysRefused',
  'apiKeyRefused',
  'apiKeysHeld',
]);

/** Codes of server/errors.ts, as far as they occur. */
const REASONS: Readonly<Record<string, string>> = {
  wrongCredentials: 'wrong user name or password',
  tooManyRequests: 'too many attempts',
  forbidden: 'not allowed',
  unauthorized: 'not signed in',
  badRequest: 'not understood',
  unprocessable: 'not usable',
  notFound: 'not found',
};

/** Names of fields; others are shown unchanged. */
const FIELDS: Readonly<Record<string, string>> = {
  user: 'user',
  username: 'name',
  name: 'name',
  key: 'API key',
  days: 'days',
  changed: 'changed',
  timeZone: 'time zone',
};
/** Fields that are moments, ms since the Unix epoch. */
const RANGE_ENDS: Readonly<Record<string, string>> = { from: 'from', to: 'to', fromMs: 'from', toMs: 'to' };
/** Names that tell people nothing. */
const HIDDEN = new Set([
  'recordingId',
  'eventId',
  'sensorId',
  'webhookId',
  'imageId',
  'uploadId',
  'keyId',
  'byKeyId',
]);

export function auditWhat({ action, refused }: Pick<AuditEntry, 'action' | 'refused'>): string {
  const what = ACTIONS[action];
  return refused && !SAY_SO.has(action) ? `${what} (refused)` : what;
}

/** “admin”, “Somebody who tried admin”, “Somebody”, “Server”. */
export function auditWho({ userId, username, address }: AuditEntry): string {
  if (userId !== null) return username ?? 'Removed user';
  if (username !== null) return `Somebody, as ${username}`;
  return address === null ? 'Server' : 'Somebody';
}

/** “14:05:09”, or “14:05:09 – 14:20:00” of a stretch. */
export function auditWhen({ beganAtMs, endedAtMs }: AuditEntry, time: ShownTime): string {
  const began = time.second(beganAtMs);
  const ended = time.second(endedAtMs);
  if (began === ended) return began;
  return time.date(beganAtMs) === time.date(endedAtMs)
    ? `${began} – ${ended}`
    : `${began} – ${time.moment(endedAtMs)}`;
}

/** Further details for a second line; may be empty. */
export function auditDetails({ details, count }: AuditEntry, time: ShownTime): string {
  const parts = Object.entries(details).flatMap(([name, value]) => detailText(name, value, time));
  return [...(count > 1 ? [`${count} times`] : []), ...parts].join(' · ');
}

function detailText(name: string, value: unknown, time: ShownTime): string[] {
  if (HIDDEN.has(name)) return [];
  if (name === 'reason') return [REASONS[String(value)] ?? String(value)];
  const end = RANGE_ENDS[name];
  if (end !== undefined) return typeof value === 'number' ? [`${end} ${time.moment(value)}`] : [];
  const text = Array.isArray(value) ? value.map(textOf).join(', ') || 'none' : textOf(value);
  return [`${FIELDS[name] ?? name}: ${text}`];
}

function textOf(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** @param day as a date field has it; undefined for none @returns the whole day on the site's clock, ms since the Unix epoch */
export function dayRange(day: string, time: ShownTime): { from: number; to: number } | undefined {
  const [year, month, date] = day.split('-').map(Number);
  if (!year || !month || !date) return undefined;
  const { clock } = time;
  return { from: clock.moment(year, month, date, 0), to: clock.moment(year, month, date + 1, 0) - 1 };
}
