/** Puts together what the port needs to speak TLS itself: the certificate, and what is still answered in the clear. */

import type { HttpTls } from './api/http-server.ts';
import type { CameraIngest } from './cameras/camera-ingest.ts';
import { isPrivateAddress } from './cameras/private-address.ts';
import { refuseUpgrade } from './cameras/refuse-upgrade.ts';
import type { Config } from './config.ts';
import type { Log } from './log.ts';
import { CertificateFiles } from './tls/certificate-files.ts';
import type { CertificateSource } from './tls/certificate-source.ts';
import { CAMERA_PATH } from './wire/camera-protocol.ts';

export interface Https {
  certificates: CertificateSource;
  tls(ingest: CameraIngest): HttpTls;
}

/**
 * @returns undefined for plain http
 * @throws VigieError `configuration` when there is no certificate to serve with
 */
export function openHttps({ tls }: Config, log: Log): Https | undefined {
  if (tls === undefined || tls === 'local') return undefined;
  const certificates = new CertificateFiles({ ...tls, log });
  return {
    certificates,
    tls: (ingest) => ({
      pair: certificates.current,
      plainFiles: () => false,
      plainUpgrades: { [CAMERA_PATH]: camerasOfTheHouse(ingest) },
    }),
  };
}

/**
 * Turning https on must not cut off the cameras on the wall that know ws:// only. They prove themselves as ever; what can
 * take a camera over needs wss. From outside, though, pictures in the clear are nobody's wish.
 */
function camerasOfTheHouse(ingest: CameraIngest): HttpTls['plainUpgrades'][string] {
  return (request, socket, head) => {
    if (isPrivateAddress(request.socket.remoteAddress ?? '')) ingest.handleUpgrade(request, socket, head);
    else refuseUpgrade(socket, '403 Forbidden', 'from outside the house cameras connect by wss:');
  };
}
