/** Opens TLS for the HTTP port: the certificate, and the requests that are still answered without TLS. */

import type { IncomingMessage } from 'node:http';
import { hostname, networkInterfaces } from 'node:os';
import { join, relative } from 'node:path';
import { authorityFiles } from './authority-routes.ts';
import type { HttpTls } from '../http/http-server.ts';
import type { Config } from '../config/config.ts';
import { isPrivateAddress } from '../core/address/special-addresses.ts';
import type { Log } from '../log.ts';
import type { CertificatePaths } from '../config/read-certificate-pair.ts';
import { CertificateFiles } from './certificate-files.ts';
import type { CertificateSource } from './certificate-source.ts';
import { LocalAuthority, type AuthorityCertificate } from './local-authority.ts';
import { localNames } from './local-names.ts';
import { CAMERA_PATH } from '../wire/camera-protocol.ts';

export interface Https {
  certificates: CertificateSource;
  /** Vigie's own authority, if it issues the certificate. */
  authority: AuthorityCertificate | undefined;
  /** Path of the authority's certificate, as seen by a program started in the server's working directory. */
  authorityFile: string | undefined;
  tls: HttpTls;
}

/**
 * @param nowMs the date, never one before this release: a certificate issued with a wrong clock would be invalid once it is set
 * @returns undefined for plain http
 * @throws VigieError `configuration` without a usable certificate
 */
export async function openHttps(config: Config, log: Log, nowMs: () => number): Promise<Https | undefined> {
  const { tls } = config;
  if (tls === undefined) return undefined;
  const local = tls === 'local' ? await openAuthority(config, log, nowMs) : undefined;
  const certificates = local ?? new CertificateFiles({ ...(tls as CertificatePaths), log });
  const authority = local?.authority;
  return {
    certificates,
    authority,
    authorityFile: local && pathFromHere(join(config.dataDir, 'tls', 'ca.crt')),
    tls: {
      pair: certificates.current,
      plainFiles: authorityFiles(authority),
      plainUpgrades: { [CAMERA_PATH]: refusalByWs },
    },
  };
}

function pathFromHere(path: string): string {
  const shorter = relative('', path);
  return shorter.startsWith('..') ? path : shorter;
}

function openAuthority(
  { dataDir, announcedAddresses }: Config,
  log: Log,
  nowMs: () => number,
): Promise<LocalAuthority> {
  const names = (): string[] =>
    localNames({ hostname: hostname(), interfaces: networkInterfaces(), announced: announcedAddresses });
  return LocalAuthority.open({ dataDir, names, log, nowMs });
}

/**
 * Turning https on must not cut off cameras that are set to ws://. They authenticate as before; commands that could
 * take a camera over need wss. From outside the private network, unencrypted pictures are refused.
 */
function refusalByWs({ socket }: IncomingMessage): string | undefined {
  return isPrivateAddress(socket.remoteAddress ?? '')
    ? undefined
    : 'from outside the private network, cameras must connect by wss:';
}
