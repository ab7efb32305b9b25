/** Bodies and queries of the HTTP API, by the schemas that the routes check them with. */

import * as bodies from '../../../server/http/request-bodies.ts';
import * as camera from '../../../server/wire/camera.ts';
import * as event from '../../../server/wire/event.ts';
import * as firmware from '../../../server/wire/firmware.ts';
import * as recording from '../../../server/wire/recording.ts';
import { VigieError } from '../../../server/errors.ts';
import { DEFAULT_RECORDING } from '../../../server/recording/default-recording.ts';
import { mutatedJson } from '../arbitraries.ts';
import { fuzzCase, throwsOnly, type FuzzTarget } from '../target.ts';

/** Express refuses longer bodies; an answer names what is wrong with them, and no more. */
const MAX_REASON_CHARACTERS = 256 * 1024;
const MAX_ANSWER_SHARE = 8;

const examples: Record<string, { schema: Parameters<typeof bodies.parseRequest>[0]; example: unknown }> = {
  LOGIN: { schema: bodies.LOGIN, example: { username: 'admin', password: 'password' } },
  CHANGE_PASSWORD: {
    schema: bodies.CHANGE_PASSWORD,
    example: { currentPassword: 'a', newPassword: 'password' },
  },
  CAMERA_NAME: { schema: bodies.CAMERA_NAME, example: { name: 'Door' } },
  NEW_USER: {
    schema: bodies.NEW_USER,
    example: { username: 'a', password: 'password', role: 'viewer', cameraIds: ['cam_1'] },
  },
  CHANGE_USER: {
    schema: bodies.CHANGE_USER,
    example: { password: 'password', role: 'viewer', cameraIds: [] },
  },
  USER_CAMERAS: { schema: bodies.USER_CAMERAS, example: { cameraIds: ['cam_1', 'cam_2'] } },
  SENSOR_NAME: { schema: bodies.SENSOR_NAME, example: { name: 'PIR' } },
  SENSOR_EVENT: { schema: event.SENSOR_EVENT, example: { kind: 'motion', source: 'PIR' } },
  EVENTS_QUERY: {
    schema: event.EVENTS_QUERY,
    example: { limit: '20', from: '0', to: '1', order: 'oldest', kind: 'motion' },
  },
  PAIRING: {
    schema: camera.PAIRING_REQUEST,
    example: { code: 'K7QF-3MZP', board: 'AI-Thinker', firmware: '1.2.3' },
  },
  CAMERA_SETTINGS: {
    schema: bodies.CAMERA_SETTINGS,
    example: { frameSize: 'VGA', jpegQuality: 12, flash: 0, vFlip: true },
  },
  STAGE_UPDATE: { schema: firmware.STAGE_UPDATE, example: { imageId: 'img_1', allowOlder: true } },
  SNAPSHOT_QUERY: { schema: bodies.SNAPSHOT_QUERY, example: { width: '320' } },
  MJPEG_QUERY: { schema: bodies.MJPEG_QUERY, example: { fps: '5' } },
  RECORDING_SETTINGS: {
    schema: recording.RECORDING_SETTINGS,
    example: { ...DEFAULT_RECORDING, schedule: [{ days: [0, 6], from: '08:30', to: '24:00' }] },
  },
  PROTECT_RECORDING: { schema: recording.PROTECT_RECORDING, example: { protected: true } },
  TIME_RANGE: { schema: recording.TIME_RANGE, example: { from: '0', to: '1' } },
};

export const httpBodies: FuzzTarget = {
  name: 'http-bodies',
  cases: Object.entries(examples).map(([name, { schema, example }]) =>
    fuzzCase(`any body is a ${name} or is refused by name`, mutatedJson(example), (text) => {
      throwsOnly(
        (error) =>
          error instanceof VigieError &&
          error.code === 'badRequest' &&
          error.message.length <= Math.min(MAX_REASON_CHARACTERS, 1_000 + MAX_ANSWER_SHARE * text.length),
        () => bodies.parseRequest(schema, jsonOf(text)),
      );
    }),
  ),
};

/** What is no JSON never reaches a schema. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
