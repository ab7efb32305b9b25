/** Notices to administrators of attacks and new devices. The browser uses it too, so this file does not import zod. */

export const SECURITY_NOTICES = [
  'newDevice',
  'signInsHeld',
  'cameraKeysRefused',
  'apiKeysHeld',
  'apiKeySpread',
  'connectionsRefused',
  'forgedPackets',
  'auditLogFull',
] as const;
export type SecurityNotice = (typeof SECURITY_NOTICES)[number];
