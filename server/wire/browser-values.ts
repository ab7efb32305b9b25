/** Values that server and browser both need at run time. No schemas: zod stays out of the browser's bundle. */

/** A cookie that scripts may read: this browser may have a session. It holds no secret and grants nothing. */
export const SESSION_HINT_COOKIE = 'vigie_session';

/** What `problem` of TurnFacts says when the server answers, but cannot be believed. */
export const CERTIFICATE_PROBLEM = 'its certificate is not valid';

/** The `sourceName` of an event of a camera that was connected and sent no new pictures. */
export const STALLED_SOURCE = 'stalled';
