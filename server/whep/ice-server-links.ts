/** STUN and TURN servers as `Link` headers (RFC 9725 section 4.6). Pure. */

import type { IceServer } from '../wire/signaling.ts';

export function linksOf(servers: readonly IceServer[]): string[] {
  return servers.flatMap(({ urls, username, credential }) =>
    urls.map((url) => {
      const signedIn =
        username === undefined || credential === undefined
          ? ''
          : `; username="${escaped(username)}"; credential="${escaped(credential)}"; credential-type="password"`;
      return `<${url}>; rel="ice-server"${signedIn}`;
    }),
  );
}

/** RFC 9110 section 5.6.4. */
function escaped(text: string): string {
  return text.replaceAll(/["\\]/g, String.raw`\$&`);
}
