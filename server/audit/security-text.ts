/** Texts for administrators about an attack or a new device: the facts, and what to do. Pure. */

import type { SecurityNotice } from '../wire/security-notice.ts';
import type { AuditFacts } from './audit-log.ts';

const CLOSE_THE_PORT =
  'If it lasts, block the sender in your router, or make the server reachable only by a VPN.';

const TEXTS: Readonly<Record<SecurityNotice, (facts: AuditFacts) => string>> = {
  newDevice: ({ username = 'A user', device = 'an unknown browser', address = 'an unknown address' }) =>
    `${username} signed in on a new device: ${device}, from ${address}. If that was somebody else, set a new password for ${username}, which ends all sessions and API keys of that user.`,
  signInsHeld: ({ address }) =>
    `Somebody is trying passwords${from(address)}, and is blocked. Check in the audit log which accounts were tried, and give them long passwords. ${CLOSE_THE_PORT}`,
  cameraKeysRefused: ({ address, cameraName }) =>
    `A device${from(address)} keeps connecting ${cameraName === undefined ? 'as a camera' : `as ${cameraName}`} with a wrong key, and is refused. If it is one of your cameras, pair it again. ${CLOSE_THE_PORT}`,
  apiKeysHeld: ({ address }) =>
    `A program${from(address)} keeps sending a wrong API key, and is blocked. If it is one of yours, its key was revoked or has expired: give it a new one. ${CLOSE_THE_PORT}`,
  apiKeySpread: ({ details }) =>
    `The API key ${named(details?.['key'])}was used from very many addresses within a day. If you do not know why, revoke it under API keys, and make another for your own program.`,
  connectionsRefused: ({ count = 0 }) =>
    `${count} connections or requests above a limit were refused within a minute. Cameras and viewers are not affected. ${CLOSE_THE_PORT}`,
  forgedPackets: ({ count = 0 }) =>
    `${count} forged packets to the video port were dropped within a minute. They gave nobody access to video. ${CLOSE_THE_PORT}`,
  auditLogFull: () =>
    'The audit log is full: entries of the last week fill it, and those are never removed. Until it has room again, only what administrators and the server do is listed; the rest is counted. Check in the audit log who causes so many entries. If it lasts, set a new password for that user, or block the sender in your router.',
};

export function securityText(notice: SecurityNotice, facts: AuditFacts): string {
  return TEXTS[notice](facts);
}

function named(name: unknown): string {
  return typeof name === 'string' ? `“${name}” ` : '';
}

function from(address: string | undefined): string {
  return address === undefined || address === '' ? '' : ` from ${address}`;
}
