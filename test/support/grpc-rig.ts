/** The real server with gRPC, two cameras that send, and a client in Python. */

import type { TestContext } from 'node:test';
import type { MadeApiKey } from '../../server/wire/api-key.ts';
import type { CameraWithKey } from '../../server/wire/camera.ts';
import type { ApiSession } from './api-session.ts';
import { PythonGrpc } from './python-grpc.ts';
import { ScriptedCamera } from './scripted-camera.ts';
import { ServerProcess } from './server-process.ts';

export class GrpcRig implements AsyncDisposable {
  readonly server: ServerProcess;
  readonly admin: ApiSession;
  readonly python: PythonGrpc;
  readonly door: CameraWithKey;
  readonly camera: ScriptedCamera;
  /** May do everything with every camera. */
  readonly key: string;
  readonly port: number;

  /** @returns or why it cannot be had here */
  static async start(env: Record<string, string> = {}): Promise<GrpcRig | { lack: string }> {
    const server = await ServerProcess.start({ env: { VIGIE_GRPC_PORT: '0', ...env } });
    try {
      const [, port = ''] = await server.child.line(/"port":(\d+),"msg":"gRPC interface opened"/);
      const python = await PythonGrpc.start(Number(port));
      if ('lack' in python) {
        await server.stop();
        return python;
      }
      const admin = await server.admin();
      const door = await admin.addCamera('Front door');
      const camera = await ScriptedCamera.connect(server.cameraUrl, door);
      const { secret } = await admin.request<MadeApiKey>('POST', '/keys', {
        name: 'Everything',
        everyCamera: ['live', 'lookBack', 'events', 'control', 'publish'],
        expiresAtMs: null,
      });
      await python.services(secret);
      return new GrpcRig({ server, admin, python, door, camera, key: secret, port: Number(port) });
    } catch (error) {
      await server.kill();
      throw error;
    }
  }

  private constructor(parts: Omit<GrpcRig, 'keyWith' | typeof Symbol.asyncDispose>) {
    this.server = parts.server;
    this.admin = parts.admin;
    this.python = parts.python;
    this.door = parts.door;
    this.camera = parts.camera;
    this.key = parts.key;
    this.port = parts.port;
  }

  /** A key of the administrator. */
  keyWith(body: object): Promise<MadeApiKey> {
    return this.admin.request('POST', '/keys', { name: 'Program', expiresAtMs: null, ...body });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.python[Symbol.dispose]();
    this.camera.close();
    await this.server.stop();
  }
}

/** @returns undefined where the test was skipped */
export async function grpcRig(
  context: TestContext,
  env?: Record<string, string>,
): Promise<GrpcRig | undefined> {
  const rig = await GrpcRig.start(env);
  if (rig instanceof GrpcRig) {
    context.after(() => rig[Symbol.asyncDispose]());
    return rig;
  }
  context.skip(rig.lack);
  return undefined;
}
