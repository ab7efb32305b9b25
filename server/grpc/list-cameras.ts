/** ListCameras: the cameras to which the key has a right, even if only to publish or to analyse. */

import type { Access } from '../accounts/access.ts';
import type { KnownCameras } from '../core/cameras.ts';
import type { Holder } from '../core/grant.ts';
import type { CameraView } from '../wire/camera.ts';
import { CAMERA_RIGHTS, CAMERA_STATUSES, type GrpcCamera, type GrpcMessages } from '../wire/grpc-messages.ts';
import { PROGRAM_RIGHTS, type KeyRight } from '../wire/key-rights.ts';

export interface ListCamerasParts {
  access: Access;
  catalog: { viewsFor(holder: Holder): CameraView[] };
  cameras: Pick<KnownCameras, 'list'>;
}

export function listCameras(
  { access, catalog, cameras }: ListCamerasParts,
  caller: Holder,
): GrpcMessages['ListCamerasResponse'] {
  const views = new Map(catalog.viewsFor(caller).map((view) => [view.id, view]));
  const listed = cameras.list().flatMap(({ id, name }) => {
    const view = views.get(id);
    const program = PROGRAM_RIGHTS.filter((right) => access.mayAsProgram(caller, right, id));
    if (!view && program.length === 0) return [];
    const rights: KeyRight[] = [...(view?.rights ?? []), ...program];
    return [cameraMessage(id, name, view, rights)];
  });
  return { cameras: listed };
}

function cameraMessage(
  id: string,
  name: string,
  view: Pick<CameraView, 'status' | 'lastFrameAtMs'> | undefined,
  rights: readonly KeyRight[],
): GrpcCamera {
  const status =
    view && CAMERA_STATUSES.find((each) => each === `CAMERA_STATUS_${view.status.toUpperCase()}`);
  return {
    id,
    name,
    status: status ?? CAMERA_STATUSES[0],
    ...(view && view.lastFrameAtMs !== null && { lastFrameTimeUs: Math.round(view.lastFrameAtMs * 1000) }),
    rights: rights.flatMap((right) => {
      const word = right.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
      return CAMERA_RIGHTS.find((each) => each === `CAMERA_RIGHT_${word}`) ?? [];
    }),
  };
}
