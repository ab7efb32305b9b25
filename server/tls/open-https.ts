/** Puts together what the port needs to speak TLS itself: the certificate, and what is still answered in the clear. */

import type { IncomingMessage } from 'node:http';
import { hostname, networkInterfaces } from 'node:os';
import { join, relative } from 'node:path';
import { authorityFiles } from './authority-files.ts';
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
  /** Vigie's own, if it is the one. */
  authority: AuthorityCertificate | undefined;
  /** Path of its certificate, as a program that is started in the same folder as the server is told it. */
  authorityFile: string | undefined;
  tls: HttpTls;
}

/**
 * @param nowMs the date, never one before this release: what is issued by a wrong clock would be worth nothing once it is set
 * @returns undefined for plain http
 * @throws VigieError `configuration` when there is no certificate to serve with
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
 * Turning https on must not cut off the cameras on the wall that know ws:// only. They prove themselves as ever; what can
 * take a camera over needs wss. From outside, though, pictures in the clear are nobody's wish.
 */
function refusalByWs({ socket }: IncomingMessage): string | undefined {
  return isPrivateAddress(socket.remoteAddress ?? '')
    ? undefined
    : 'from outside the private network cameras connect by wss:';
}
