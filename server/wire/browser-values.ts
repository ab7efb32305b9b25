/** Values that server and browser both use at run time. No schemas: zod stays out of the browser's bundle. */

/** A cookie readable by scripts: this browser may have a session. It is not a secret and grants nothing. */
export const SESSION_HINT_COOKIE = 'vigie_session';

/** `problem` of TurnFacts for a server that answers with an untrusted certificate. */
export const CERTIFICATE_PROBLEM = 'its certificate is not valid';

/** The `sourceName` of an event of a camera that was connected and sent no new pictures. */
export const STALLED_SOURCE = 'stalled';
