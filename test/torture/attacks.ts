/** Every attack, in the order of the run. */

import type { Attack } from './attack.ts';
import { attack as alternatingSizes } from './attacks/alternating-sizes.ts';
import { attack as cameraDoor } from './attacks/camera-endpoint.ts';
import { attack as damagedMessages } from './attacks/damaged-messages.ts';
import { attack as dtlsFragments } from './attacks/dtls-fragments.ts';
import { attack as filesLeftOpen } from './attacks/files-left-open.ts';
import { attack as fullEventLog } from './attacks/full-event-log.ts';
import { attack as grpcCalls } from './attacks/grpc-calls.ts';
import { attack as grpcPublishers } from './attacks/grpc-publishers.ts';
import { attack as leavingCameras } from './attacks/leaving-cameras.ts';
import { attack as madeUpNames } from './attacks/made-up-names.ts';
import { attack as pastCapacity } from './attacks/past-capacity.ts';
import { attack as pipelinedRequests } from './attacks/pipelined-requests.ts';
import { attack as randomBodies } from './attacks/random-bodies.ts';
import { attack as whepOffers } from './attacks/whep-offers.ts';
import { attack as wrongKeys } from './attacks/wrong-keys.ts';
import { attack as wrongPasswords } from './attacks/wrong-passwords.ts';

export const ATTACKS: readonly Attack[] = [
  pipelinedRequests,
  filesLeftOpen,
  fullEventLog,
  cameraDoor,
  damagedMessages,
  grpcCalls,
  grpcPublishers,
  wrongKeys,
  randomBodies,
  whepOffers,
  wrongPasswords,
  madeUpNames,
  pastCapacity,
  dtlsFragments,
  alternatingSizes,
  leavingCameras,
];
