/** Every parser of untrusted input, in the order of the run. */

import type { FuzzTarget } from './target.ts';
import { appImages } from './targets/app-image.ts';
import { cameraProtocol } from './targets/camera-protocol.ts';
import { configuration } from './targets/configuration.ts';
import { edges } from './targets/edges.ts';
import { requestHeaders } from './targets/headers.ts';
import { httpBodies } from './targets/http-bodies.ts';
import { fileRequests, httpRequests } from './targets/http-requests.ts';
import { jpegHeader } from './targets/jpeg-header.ts';
import { rtcp } from './targets/rtcp.ts';
import { signaling } from './targets/signaling.ts';
import { streams } from './targets/streams.ts';
import { stun } from './targets/stun.ts';
import { tokens } from './targets/tokens.ts';
import { turnClient } from './targets/turn-client.ts';
import { webhooks } from './targets/webhooks.ts';
import { webmRecovery } from './targets/webm-recovery.ts';

export const TARGETS: readonly FuzzTarget[] = [
  httpRequests,
  fileRequests,
  httpBodies,
  requestHeaders,
  tokens,
  signaling,
  cameraProtocol,
  edges,
  jpegHeader,
  stun,
  streams,
  turnClient,
  rtcp,
  appImages,
  webmRecovery,
  webhooks,
  configuration,
];
