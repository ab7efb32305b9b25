/** The HTTP API as typed calls. Every failure is an ApiError whose message may be shown as it stands. */

import type { ConnectionFacts, ServerAddresses } from '../../server/wire/connection-check.ts';
import type {
  CameraFirmwareView,
  FirmwareImageView,
  StageUpdateRequest,
} from '../../server/wire/firmware.ts';
import type { CameraView, CameraWithKey, PairingCodeView } from '../../server/wire/camera.ts';
import type { Role, UserView } from '../../server/wire/account.ts';
import type { CameraSettings } from '../../server/wire/camera-protocol.ts';
import type { EventsQuery, EventView, SensorView, SensorWithToken } from '../../server/wire/event.ts';
import type { MotionView } from '../../server/wire/motion.ts';
import type { RecordingSettings, RecordingStatus, Timeline } from '../../server/wire/recording.ts';
import type {
  DeliveryView,
  WebhookSettings,
  WebhookView,
  WebhookWithSecret,
} from '../../server/wire/webhook.ts';
import type { NotificationSettings, NotificationsView, PushDevice } from '../../server/wire/notification.ts';
import { ApiError, errorFromResponse, unreachable } from './api-error.ts';
import { fileNameOf, receiveFile, saveAs } from './receive-file.ts';
import { sendFile } from './send-file.ts';

const TIMEOUT_MS = 15_000;
/** A long stretch of recordings has to be put together first. */
const EXPORT_TIMEOUT_MS = 600_000;
/** A token must outlast a large file over a slow line. */
const UPLOAD_TOKEN_VALIDITY_MS = 120_000;

/** Where the calls go, and whose they are. */
export interface ApiSession {
  /** Origin; empty: the page's own. */
  readonly server: string;
  /** @returns a token that is good for at least `validityMs` more @throws ApiError when nobody is signed in */
  accessToken(validityMs?: number): Promise<string>;
  /** The server has refused this one. */
  rejectToken(token: string): void;
}

export class Api {
  readonly #session: ApiSession;

  constructor(session: ApiSession) {
    this.#session = session;
  }

  /** The key in the answer is shown once and never again. */
  addCamera(name: string): Promise<CameraWithKey> {
    return this.#request('POST', '/api/cameras', { name });
  }

  renameCamera(id: string, name: string): Promise<CameraView> {
    return this.#request('PATCH', `/api/cameras/${encodeURIComponent(id)}`, { name });
  }

  removeCamera(id: string): Promise<void> {
    return this.#request('DELETE', `/api/cameras/${encodeURIComponent(id)}`);
  }

  /** The old key is worth nothing from now on. */
  rotateCameraKey(id: string): Promise<CameraWithKey> {
    return this.#request('POST', `/api/cameras/${encodeURIComponent(id)}/key`);
  }

  /** What was changed; the rest is the camera's own choice. */
  cameraSettings(id: string): Promise<CameraSettings> {
    return this.#request('GET', `/api/cameras/${encodeURIComponent(id)}/settings`);
  }

  /** Resolves when the camera has applied them. */
  setCamera(id: string, settings: CameraSettings): Promise<void> {
    return this.#request('POST', `/api/cameras/${encodeURIComponent(id)}/settings`, settings);
  }

  /** Resolves when the camera has agreed to. */
  rebootCamera(id: string): Promise<void> {
    return this.#request('POST', `/api/cameras/${encodeURIComponent(id)}/reboot`);
  }

  /** What a camera records, and how much room there is. Administrators only. */
  recording(
    id: string,
  ): Promise<{ settings: RecordingSettings; recording: boolean; status: RecordingStatus }> {
    return this.#request('GET', `/api/cameras/${encodeURIComponent(id)}/recording`);
  }

  setRecording(id: string, settings: RecordingSettings): Promise<void> {
    return this.#request('PUT', `/api/cameras/${encodeURIComponent(id)}/recording`, settings);
  }

  /** What of a camera's motion counts. Administrators only. */
  motion(id: string): Promise<MotionView> {
    return this.#request('GET', `/api/cameras/${encodeURIComponent(id)}/motion`);
  }

  setMotion(id: string, settings: MotionView): Promise<void> {
    return this.#request('PUT', `/api/cameras/${encodeURIComponent(id)}/motion`, settings);
  }

  timeline(id: string, fromMs: number, toMs: number): Promise<Timeline> {
    const range = `from=${Math.max(0, Math.floor(fromMs))}&to=${Math.ceil(toMs)}`;
    return this.#request('GET', `/api/cameras/${encodeURIComponent(id)}/timeline?${range}`);
  }

  /** For administrators. */
  recordingStatus(): Promise<RecordingStatus> {
    return this.#request('GET', '/api/recording');
  }

  protectRecording(cameraId: string, id: string, isProtected: boolean): Promise<void> {
    const path = `/api/cameras/${encodeURIComponent(cameraId)}/recordings/${encodeURIComponent(id)}`;
    return this.#request('PATCH', path, { protected: isProtected });
  }

  removeRecording(cameraId: string, id: string): Promise<void> {
    const path = `/api/cameras/${encodeURIComponent(cameraId)}/recordings/${encodeURIComponent(id)}`;
    return this.#request('DELETE', path);
  }

  /**
   * Resolves once all of it is here and the browser saves it.
   *
   * @param onProgress how much of it is here, 0 … 1; null while the server prepares it
   */
  async downloadRecording(
    id: string,
    { fromMs, toMs }: { fromMs: number; toMs: number },
    onProgress: (share: number | null) => void,
    stopped: AbortSignal,
  ): Promise<void> {
    const range = `from=${Math.floor(fromMs)}&to=${Math.ceil(toMs)}`;
    const path = `/api/cameras/${encodeURIComponent(id)}/export.webm?${range}`;
    onProgress(null);
    const response = await this.#fetch('GET', path, undefined, EXPORT_TIMEOUT_MS, stopped);
    saveAs(await receiveFile(response, onProgress), fileNameOf(response) ?? 'recording.webm');
  }

  /** The newest first, or as the query says. */
  events(cameraId: string, query: EventsQuery): Promise<EventView[]> {
    return this.#request('GET', `/api/cameras/${encodeURIComponent(cameraId)}/events?${queryText(query)}`);
  }

  /** Of all cameras one may see. */
  allEvents(query: EventsQuery): Promise<EventView[]> {
    return this.#request('GET', `/api/events?${queryText(query)}`);
  }

  notifications(): Promise<NotificationsView> {
    return this.#request('GET', '/api/notifications');
  }

  setNotifications(settings: NotificationSettings): Promise<NotificationsView> {
    return this.#request('PUT', '/api/notifications', settings);
  }

  /** Told from now on, until its session ends. */
  addPushDevice(device: PushDevice): Promise<NotificationsView> {
    return this.#request('POST', '/api/notifications/devices', device);
  }

  removePushDevice(id: string): Promise<void> {
    return this.#request('DELETE', `/api/notifications/devices/${encodeURIComponent(id)}`);
  }

  testNotifications(): Promise<void> {
    return this.#request('POST', '/api/notifications/test');
  }

  /** Of webhooks: administrators only. */
  webhooks(): Promise<WebhookView[]> {
    return this.#request('GET', '/api/webhooks');
  }

  /** The answer is the only one that ever holds the secret. */
  addWebhook(settings: WebhookSettings): Promise<WebhookWithSecret> {
    return this.#request('POST', '/api/webhooks', settings);
  }

  changeWebhook(id: string, settings: WebhookSettings): Promise<WebhookView> {
    return this.#request('PUT', `/api/webhooks/${encodeURIComponent(id)}`, settings);
  }

  removeWebhook(id: string): Promise<void> {
    return this.#request('DELETE', `/api/webhooks/${encodeURIComponent(id)}`);
  }

  renewWebhookSecret(id: string): Promise<WebhookWithSecret> {
    return this.#request('POST', `/api/webhooks/${encodeURIComponent(id)}/secret`);
  }

  testWebhook(id: string): Promise<void> {
    return this.#request('POST', `/api/webhooks/${encodeURIComponent(id)}/test`);
  }

  webhookDeliveries(id: string): Promise<DeliveryView[]> {
    return this.#request('GET', `/api/webhooks/${encodeURIComponent(id)}/deliveries`);
  }

  sendWebhookAgain(id: string, deliveryId: string): Promise<void> {
    const path = `/api/webhooks/${encodeURIComponent(id)}/deliveries/${encodeURIComponent(deliveryId)}`;
    return this.#request('POST', `${path}/again`);
  }

  sensors(cameraId: string): Promise<SensorView[]> {
    return this.#request('GET', `/api/cameras/${encodeURIComponent(cameraId)}/sensors`);
  }

  /** The token in the answer is shown once and never again. */
  addSensor(cameraId: string, name: string): Promise<SensorWithToken> {
    return this.#request('POST', `/api/cameras/${encodeURIComponent(cameraId)}/sensors`, { name });
  }

  removeSensor(cameraId: string, id: string): Promise<void> {
    const path = `/api/cameras/${encodeURIComponent(cameraId)}/sensors/${encodeURIComponent(id)}`;
    return this.#request('DELETE', path);
  }

  /** Over https only. */
  pairingCode(id: string): Promise<PairingCodeView> {
    return this.#request('POST', `/api/cameras/${encodeURIComponent(id)}/pairing-code`);
  }

  users(): Promise<UserView[]> {
    return this.#request('GET', '/api/users');
  }

  addUser(user: { username: string; password: string; role: Role; cameraIds: string[] }): Promise<UserView> {
    return this.#request('POST', '/api/users', user);
  }

  setUserCameras(id: string, cameraIds: string[]): Promise<UserView> {
    return this.#request('PATCH', `/api/users/${encodeURIComponent(id)}`, { cameraIds });
  }

  setUserPassword(id: string, password: string): Promise<UserView> {
    return this.#request('PATCH', `/api/users/${encodeURIComponent(id)}`, { password });
  }

  removeUser(id: string): Promise<void> {
    return this.#request('DELETE', `/api/users/${encodeURIComponent(id)}`);
  }

  changeOwnPassword(currentPassword: string, newPassword: string): Promise<void> {
    return this.#request('POST', '/api/auth/password', { currentPassword, newPassword });
  }

  /** What the server knows of the ways to it. */
  connection(): Promise<ConnectionFacts> {
    return this.#request('GET', '/api/connection');
  }

  /** Where devices reach the server. Administrators only. */
  serverAddresses(): Promise<ServerAddresses> {
    return this.#request('GET', '/api/connection/addresses');
  }

  firmwareImages(): Promise<FirmwareImageView[]> {
    return this.#request('GET', '/api/firmware');
  }

  removeFirmware(id: string): Promise<void> {
    return this.#request('DELETE', `/api/firmware/${encodeURIComponent(id)}`);
  }

  /** @param onProgress 0 … 1 of it was sent */
  async uploadFirmware(
    file: Blob,
    onProgress: (part: number) => void,
    signal: AbortSignal,
  ): Promise<FirmwareImageView> {
    const token = await this.#session.accessToken(UPLOAD_TOKEN_VALIDITY_MS);
    const url = `${this.#session.server}/api/firmware`;
    const response = await sendFile({ url, token, file, onProgress, signal });
    if (!response.ok) throw await errorFromResponse(response);
    return (await response.json()) as FirmwareImageView;
  }

  cameraFirmware(): Promise<CameraFirmwareView[]> {
    return this.#request('GET', '/api/firmware/cameras');
  }

  stageUpdate(cameraId: string, update: StageUpdateRequest): Promise<CameraFirmwareView> {
    return this.#request('POST', `/api/cameras/${encodeURIComponent(cameraId)}/update`, update);
  }

  /** Cancels an update, or clears away how one has ended. */
  clearUpdate(cameraId: string): Promise<void> {
    return this.#request('DELETE', `/api/cameras/${encodeURIComponent(cameraId)}/update`);
  }

  async #request<T>(method: string, path: string, body?: object): Promise<T> {
    const response = await this.#fetch(method, path, body);
    if (response.status === 204) return undefined as T;
    try {
      return (await response.json()) as T;
    } catch (error) {
      throw new ApiError('unexpected', 'The answer of the server is not understood.', response.status, {
        cause: error,
      });
    }
  }

  /** @returns an answer that is no error */
  async #fetch(
    method: string,
    path: string,
    body?: object,
    timeoutMs = TIMEOUT_MS,
    stopped?: AbortSignal,
  ): Promise<Response> {
    const signal = AbortSignal.any([AbortSignal.timeout(timeoutMs), ...(stopped ? [stopped] : [])]);
    const token = await this.#session.accessToken();
    let response = await this.#send(method, path, body, token, signal);
    if (response.status === 401) {
      const error = await errorFromResponse(response);
      // A wrong current password is no reason to doubt the token.
      if (error.code === 'wrongCredentials') throw error;
      // Revoked before its time, say by a restart with new secrets: a fresh token decides.
      this.#session.rejectToken(token);
      response = await this.#send(method, path, body, await this.#session.accessToken(), signal);
    }
    if (!response.ok) throw await errorFromResponse(response);
    return response;
  }

  async #send(
    method: string,
    path: string,
    body: object | undefined,
    token: string,
    signal: AbortSignal,
  ): Promise<Response> {
    try {
      return await fetch(this.#session.server + path, {
        method,
        signal,
        headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
        ...(body && { body: JSON.stringify(body) }),
      });
    } catch (error) {
      throw unreachable(error);
    }
  }
}

function queryText(query: object): string {
  return new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)])).toString();
}

/** For `<img>`, by the media cookie. */
export function thumbnailPath(cameraId: string, eventId: string): string {
  return `/api/cameras/${encodeURIComponent(cameraId)}/events/${encodeURIComponent(eventId)}/thumbnail.jpg`;
}
