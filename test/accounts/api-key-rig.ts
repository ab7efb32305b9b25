/** A server with two cameras, and API keys of its users. */

import type { TestContext } from 'node:test';
import type { ApiKeyView, MadeApiKey } from '../../server/wire/api-key.ts';
import type { CameraView } from '../../server/wire/camera.ts';
import type { Problem } from '../../server/wire/problem.ts';
import type { Right } from '../../server/wire/rights.ts';
import { ApiClient, type Answer } from '../support/api-client.ts';
import { startApi, type ApiServerOptions } from '../support/api-server.ts';
import { rightsTo } from '../support/rights.ts';

export const PASSWORD = 'a password of her own';

export function make(client: ApiClient, body: object): Promise<Answer<MadeApiKey & Problem>> {
  return client.call('POST', '/api/keys', { body: { name: 'Program', ...body } });
}

export async function list(client: ApiClient): Promise<ApiKeyView[]> {
  return (await client.call<ApiKeyView[]>('GET', '/api/keys')).body;
}

export async function startKeys(context: TestContext, options: ApiServerOptions = {}) {
  const server = await startApi(context, options);
  const { id: door } = await server.store.cameras.add('Door', 'v1', 0);
  const { id: yard } = await server.store.cameras.add('Yard', 'v1', 0);
  const admin = await ApiClient.signedIn(server);
  const addViewer = async (username: string, rights: readonly Right[]) => {
    const cameras = rightsTo([door], rights);
    const user = await server.accounts.users.add({ username, password: PASSWORD, role: 'viewer', cameras });
    return { user, client: await ApiClient.signedIn(server, username, PASSWORD) };
  };
  const program = new ApiClient(server);
  const by = <T = Problem>(secret: string, path: string, method = 'GET'): Promise<Answer<T>> =>
    program.call<T>(method, path, { token: secret });
  const camerasBy = async (secret: string): Promise<[name: string, rights: string][]> =>
    (await by<CameraView[]>(secret, '/api/cameras')).body.map(({ name, rights }) => [name, rights.join(' ')]);
  return { server, door, yard, admin, addViewer, by, camerasBy };
}
