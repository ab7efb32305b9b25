/** Cameras added over the API by the page of a viewer, because the bench itself is outside of the network. */

import type { CameraWithKey } from '../../../server/wire/camera.ts';
import { startCamera } from '../../support/camera-process.ts';
import type { Child } from '../../support/child-process.ts';
import type { Host } from '../../network/support/host.ts';
import type { Viewer } from './viewer.ts';

/** @returns the camera's process, on its host */
export async function addCamera(
  viewer: Viewer,
  password: string,
  host: Host,
  url: string,
  name: string,
): Promise<Child> {
  const added = await viewer.evaluate(
    async (word, label) => {
      // oxlint-disable-next-line unicorn/consistent-function-scoping -- it goes to the page as text
      const ask = async (path: string, token: string | undefined, body: object): Promise<unknown> => {
        const headers = {
          'Content-Type': 'application/json',
          ...(token !== undefined && { Authorization: `Bearer ${token}` }),
        };
        const answer = await fetch(`/api${path}`, {
          method: 'POST',
          // The page's own sign-in stays as it is.
          credentials: 'omit',
          headers,
          body: JSON.stringify(body),
        });
        if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
        return answer.json();
      };
      const signedIn = await ask('/auth/login', undefined, { username: 'admin', password: word });
      const { accessToken } = signedIn as { accessToken: string };
      return (await ask('/cameras', accessToken, { name: label })) as CameraWithKey;
    },
    password,
    name,
  );
  return startCamera(`${url.replace('http', 'ws')}/camera`, added, [], undefined, host.prefix);
}
