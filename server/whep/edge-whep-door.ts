/**
 * The door of WHEP at an edge: the site decides, by a visit that lasts as long as what is played.
 *
 * Invariant: an edge keeps no credential, only a digest of it, by which it knows its owner again.
 */

import { createHash } from 'node:crypto';
import type { Request } from 'express';
import { VigieError } from '../errors.ts';
import { basicPassword } from '../http/basic-password.ts';
import type { CameraView } from '../wire/camera.ts';
import type { WhepDoor } from './whep-door.ts';
import { switchedOffNow } from './whep-sessions.ts';

/** A caller whom the site has accepted, until `close`. */
export interface AcceptedCaller {
  holderId: string;
  /** Undefined: there is none, or the caller may not watch it. */
  camera(cameraId: string): CameraView | undefined;
  /** The caller is sent this camera, until `close`. */
  watch(cameraId: string): void;
  on(event: 'changed' | 'end', listener: () => void): unknown;
  close(): void;
}

/** @throws VigieError `unauthorized`, `tooManyRequests`, `unavailable` */
export type VisitSite = (credential: string, request: Request) => Promise<AcceptedCaller>;

export function edgeWhepDoor(visitSite: VisitSite): WhepDoor {
  return {
    async enter(request, cameraId) {
      const credential = credentialIn(request.headers.authorization);
      const visit = await visitSite(credential, request);
      const assertStill = (): void => {
        const camera = visit.camera(cameraId);
        if (!camera) throw new VigieError('notFound', 'there is no such camera, or you have no right to it');
        if (camera.off) throw switchedOffNow();
      };
      try {
        assertStill();
      } catch (error) {
        visit.close();
        throw error;
      }
      return {
        userId: visit.holderId,
        sessionId: digestOf(credential),
        assertStill,
        hold: (end) => {
          visit.watch(cameraId);
          visit.on('end', end);
          visit.on('changed', () => {
            const camera = visit.camera(cameraId);
            if (!camera || camera.off) visit.close();
          });
          return () => visit.close();
        },
        leave: () => visit.close(),
      };
    },
    ownerOf: (request) => digestOf(credentialIn(request.headers.authorization)),
  };
}

function digestOf(credential: string): string {
  return createHash('sha256').update(credential).digest('base64url');
}

/** @throws VigieError `unauthorized` */
function credentialIn(authorization: string | undefined): string {
  const [, scheme = '', text = ''] = /^(bearer|basic) +([^\s]+)$/i.exec(authorization ?? '') ?? [];
  const credential = scheme.toLowerCase() === 'basic' ? basicPassword(text) : text;
  if (credential === undefined || credential === '')
    throw new VigieError('unauthorized', 'send an access token or an API key in the Authorization header');
  return credential;
}
