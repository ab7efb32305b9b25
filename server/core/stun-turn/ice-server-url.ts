/**
 * Parses the URL of a STUN or TURN server (RFC 7064, RFC 7065). The only parser of such URLs: configuration, relay and
 * connection check accept the same ones.
 */

export interface IceServerUrl {
  scheme: 'stun' | 'turn';
  transport: 'udp' | 'tcp' | 'tls';
  /** Name or address, the latter without brackets. */
  host: string;
  port: number;
}

const URL_PARTS = /^(stun|turn)(s?):(\[[\da-fA-F:]+\]|[\w.-]+)(?::(\d{1,5}))?(?:\?transport=(udp|tcp))?$/;
const PORT = 3478;
const TLS_PORT = 5349;

/** @returns undefined when it is not such a URL */
export function parseIceServerUrl(url: string): IceServerUrl | undefined {
  const [, scheme, secure, bracketed = '', portText, transport] = URL_PARTS.exec(url) ?? [];
  if (scheme === undefined) return undefined;
  // RFC 7064 has no transport for STUN, and browsers then refuse the whole list of servers.
  if (scheme === 'stun' && transport !== undefined) return undefined;
  const port = portText === undefined ? (secure ? TLS_PORT : PORT) : Number(portText);
  if (port < 1 || port > 65_535) return undefined;
  return {
    scheme: scheme as 'stun' | 'turn',
    // The s in the scheme means TLS, whatever the transport: no client here uses DTLS.
    transport: secure ? 'tls' : transport === 'tcp' ? 'tcp' : 'udp',
    host: bracketed.replace(/^\[|\]$/g, ''),
    port,
  };
}
