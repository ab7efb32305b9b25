/** The console's text when the server is up: plain lines for people, once; the log follows. */

import { isIPv4 } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Config } from '../config/config.ts';
import { lanAddresses } from '../core/address/lan-addresses.ts';

export interface Started {
  httpPort: number;
  /** The administrator's generated password, on the first start. */
  firstPassword: string | undefined;
  /** Fingerprint of Vigie's own authority, if it issues the certificate. */
  fingerprint: string | undefined;
}

export function greet({ firstPassword, fingerprint, httpPort }: Started, config: Config): void {
  const lines: string[] = [];
  if (firstPassword !== undefined) {
    lines.push(
      `First administrator: admin / ${firstPassword}`,
      '(This password is not shown again. Change it in the web app.)',
    );
  }
  const scheme = config.tls === undefined ? 'http' : 'https';
  lines.push(`Vigie is ready: ${scheme}://localhost:${httpPort}${config.basePath}`);
  if (config.httpHost === undefined) {
    const addresses = lanAddresses(networkInterfaces()).filter((address) => isIPv4(address));
    const urls = addresses.map((address) => `${scheme}://${address}:${httpPort}${config.basePath}`);
    if (urls.length > 0) lines.push(`On your network: ${urls.join(', ')}`);
  }
  if (fingerprint !== undefined)
    lines.push(`Certificate for phones and cameras: /ca.crt there, SHA-256 ${fingerprint}`);
  process.stdout.write(`${lines.join('\n')}\n`);
}
