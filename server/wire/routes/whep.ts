/** Routes of WHEP (draft-ietf-wish-whep-04): one camera's live video over WebRTC for players that are not the web app. */

import { z } from 'zod';
import type { ApiRouteTable } from '../api-route.ts';
import { ONE_CAMERA } from './cameras.ts';

export const SDP_TYPE = 'application/sdp';
/** RFC 8840 section 9. */
export const SDP_FRAGMENT_TYPE = 'application/trickle-ice-sdpfrag';

const ONE_SESSION = ONE_CAMERA.extend({ sessionId: z.string().min(1).max(64) });

export const WHEP_ROUTES = {
  'POST /api/cameras/:cameraId/whep': {
    summary: 'Watch the camera over WebRTC: takes an SDP offer, and returns an SDP answer and a new session',
    params: ONE_CAMERA,
    upload: SDP_TYPE,
    media: SDP_TYPE,
    statuses: [201],
    errors: [406, 409, 415],
  },
  'PATCH /api/cameras/:cameraId/whep/:sessionId': {
    summary: 'Send ICE candidates to a WHEP session, or restart its ICE',
    params: ONE_SESSION,
    upload: SDP_FRAGMENT_TYPE,
    media: SDP_FRAGMENT_TYPE,
    statuses: [204, 200],
    errors: [412, 415, 428],
  },
  'DELETE /api/cameras/:cameraId/whep/:sessionId': {
    summary: 'End a WHEP session',
    params: ONE_SESSION,
    statuses: [200],
  },
} as const satisfies ApiRouteTable;
