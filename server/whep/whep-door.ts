/**
 * Who plays by WHEP, and whether they may: as a server with accounts decides it (whep-guard.ts), or an edge
 * (edge-whep-door.ts).
 */

import type { Request } from 'express';

/** A caller with the right to a camera. */
export interface WhepEntry {
  userId: string;
  /** The sign-in or API key: its owner alone changes what it has made. */
  sessionId: string;
  /** The name of the API key; undefined: in person, or unknown. */
  keyName?: string | undefined;
  /** Called after each wait. @throws VigieError when the right has ended meanwhile */
  assertStill(): void;
  /** @param end called once, when the right ends @returns call it when nothing lasts any more */
  hold(end: () => void): () => void;
  /** In place of `hold`: nothing has come of it. */
  leave(): void;
}

export interface WhepDoor {
  /** @throws VigieError `unauthorized`, `notFound`, `forbidden`, `unavailable` */
  enter(request: Request, cameraId: string): Promise<WhepEntry>;
  /** The owner of the sessions that this caller may change. @throws VigieError like `enter` */
  ownerOf(request: Request, cameraId: string): string;
}
