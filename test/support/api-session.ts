/**
 * The HTTP API for a program: signed in, with a method for each common action of tests. Every answer is checked against
 * the HTTP contract.
 */

import type {
  CameraFirmwareView,
  FirmwareImageView,
  StageUpdateRequest,
} from '../../server/wire/firmware.ts';
import type { CameraView, CameraWithKey } from '../../server/wire/camera.ts';
import type { Problem } from '../../server/wire/problem.ts';
import type { SessionView, UserView } from '../../server/wire/account.ts';
import { assertContract } from './assert-contract.ts';
import type { Right } from '../../server/wire/rights.ts';
import type { ServerStatus } from '../../server/wire/server-status.ts';
import { SignalingSocket } from './signaling-socket.ts';
import { rightsTo } from './rights.ts';

export class ApiError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(`${problem.status} ${problem.code}: ${problem.detail}`);
    this.problem = problem;
  }
}

export class ApiSession {
  readonly #url: string;
  readonly session: SessionView;

  static async signIn(url: string, username: string, password: string): Promise<ApiSession> {
    const response = await fetch(`${url}/api/auth/login`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ username, password }),
    });
    if (!response.ok) throw new ApiError((await response.json()) as Problem);
    return new ApiSession(url, (await response.json()) as SessionView);
  }

  private constructor(url: string, session: SessionView) {
    this.#url = url;
    this.session = session;
  }

  /** @throws ApiError */
  async request<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${this.#url}/api${path}`, {
      method,
      headers: {
        Authorization: `Bearer ${this.session.accessToken}`,
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const contentType = response.headers.get('content-type') ?? '';
    assertContract({ method, path: `/api${path}`, status: response.status, contentType, text });
    const answer: unknown = text === '' ? undefined : JSON.parse(text);
    if (!response.ok) throw new ApiError(answer as Problem);
    return answer as T;
  }

  /** @throws ApiError */
  async bytes(path: string): Promise<Uint8Array> {
    const headers = { Authorization: `Bearer ${this.session.accessToken}` };
    const response = await fetch(`${this.#url}/api${path}`, { headers });
    if (!response.ok) throw new ApiError((await response.json()) as Problem);
    return response.bytes();
  }

  cameras(): Promise<CameraView[]> {
    return this.request('GET', '/cameras');
  }

  addCamera(name: string): Promise<CameraWithKey> {
    return this.request('POST', '/cameras', { name });
  }

  /** @param rights to each of the cameras; all but control when left out */
  addViewer(
    username: string,
    password: string,
    cameraIds: readonly string[],
    rights?: readonly Right[],
  ): Promise<UserView> {
    const cameras = rightsTo(cameraIds, rights);
    return this.request('POST', '/users', { username, password, role: 'viewer', cameras });
  }

  async uploadFirmware(file: Uint8Array): Promise<FirmwareImageView> {
    const response = await fetch(`${this.#url}/api/firmware`, {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${this.session.accessToken}`,
        'Content-Type': 'application/octet-stream',
      },
      body: Buffer.from(file),
    });
    if (!response.ok) throw new ApiError((await response.json()) as Problem);
    return (await response.json()) as FirmwareImageView;
  }

  stageUpdate(cameraId: string, body: StageUpdateRequest): Promise<CameraFirmwareView> {
    return this.request('POST', `/cameras/${cameraId}/update`, body);
  }

  firmwareOf(cameraId: string): Promise<CameraFirmwareView> {
    return this.request('GET', `/cameras/${cameraId}/update`);
  }

  /** @param rights as for addViewer */
  setRights(userId: string, cameraIds: readonly string[], rights?: readonly Right[]): Promise<unknown> {
    return this.request('PUT', `/users/${userId}/cameras`, { cameras: rightsTo(cameraIds, rights) });
  }

  status(): Promise<ServerStatus> {
    return this.request('GET', '/status');
  }

  signaling(): Promise<SignalingSocket> {
    return SignalingSocket.open(this.#url, this.session.accessToken);
  }
}
