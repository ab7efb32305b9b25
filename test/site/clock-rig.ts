/**
 * The real server with a wall clock in the test's hands. One camera is recorded all the time, one on events.
 */

import assert from 'node:assert/strict';
import { DEFAULT_RECORDING } from '../../server/recording/default-recording.ts';
import type { CameraView, CameraWithKey } from '../../server/wire/camera.ts';
import type { EventView, SensorWithToken } from '../../server/wire/event.ts';
import type { RecordingGap, RecordingSettings, Timeline } from '../../server/wire/recording.ts';
import type { ApiSession } from '../support/api-session.ts';
import { startCamera } from '../support/camera-process.ts';
import type { Child } from '../support/child-process.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { ServerProcess } from '../support/server-process.ts';
import { until } from '../support/until.ts';

/** The most that a date may be from the true one. */
export const TOLERANCE_MS = 2_000;
const FPS = 10;
const DAY_MS = 86_400_000;

export interface ClockRigOptions {
  /** How far the wall clock is ahead of the true time at the start, ms. */
  aheadMs?: number;
  env?: Record<string, string>;
  /** Recording settings of the camera that records all the time. */
  recording?: Partial<RecordingSettings>;
}

export class ClockRig implements AsyncDisposable {
  readonly server: ServerProcess;
  readonly door: CameraWithKey;
  readonly yard: CameraWithKey;
  readonly startedAtMs = Date.now();
  admin: ApiSession;
  readonly #doorDevice: Child;
  readonly #yardDevice: Child;
  readonly #wall: FakeClock;
  #token: string | undefined;
  #changes = 0;

  /** @returns undefined on a machine without libfaketime */
  static async start({ aheadMs = 0, env = {}, recording }: ClockRigOptions = {}): Promise<
    ClockRig | undefined
  > {
    const wall = FakeClock.make(aheadMs);
    if (!wall) return undefined;
    const server = await ServerProcess.start({
      prefix: [...wall.prefix, ...Object.entries(env).map(([name, value]) => `${name}=${value}`)],
    });
    const admin = await server.admin();
    const [door, yard] = [await admin.addCamera('Door'), await admin.addCamera('Yard')];
    await admin.request('PUT', `/cameras/${door.id}/recording`, {
      ...DEFAULT_RECORDING,
      mode: 'continuous',
      fps: FPS,
      ...recording,
    });
    const clips: RecordingSettings = { ...DEFAULT_RECORDING, mode: 'events', fps: FPS };
    await admin.request('PUT', `/cameras/${yard.id}/recording`, {
      ...clips,
      preRollSeconds: 2,
      postRollSeconds: 2,
    });
    return new ClockRig(server, admin, [door, yard], wall);
  }

  private constructor(
    server: ServerProcess,
    admin: ApiSession,
    [door, yard]: readonly [CameraWithKey, CameraWithKey],
    wall: FakeClock,
  ) {
    this.server = server;
    this.admin = admin;
    this.door = door;
    this.yard = yard;
    this.#wall = wall;
    const args = ['--fps', String(FPS), '--size', 'QVGA'];
    this.#doorDevice = startCamera(server.cameraUrl, door, args);
    this.#yardDevice = startCamera(server.cameraUrl, yard, args);
  }

  /** Reading of the server's wall clock at a true moment, as it is set now. */
  dateOf(trueMs: number): number {
    return trueMs + this.#wall.aheadMs;
  }

  get nowMs(): number {
    return this.dateOf(Date.now());
  }

  /** The wall clock is set. Whoever was signed in may have to sign in again. */
  async steps(byMs: number): Promise<void> {
    this.#wall.set(this.#wall.aheadMs + byMs);
    await this.#untilNoticed();
  }

  /** The process stands still for this time, and the wall clock moves on by more. */
  async suspends(standsStillMs: number, byMs: number): Promise<void> {
    this.server.child.process.kill('SIGSTOP');
    this.#wall.set(this.#wall.aheadMs + byMs);
    await new Promise((resolve) => setTimeout(resolve, standsStillMs));
    this.server.child.process.kill('SIGCONT');
    await this.#untilNoticed();
  }

  /** The yard's sensor sees something, or does no more. */
  togglesMotion(): void {
    this.#yardDevice.process.kill('SIGUSR2');
  }

  /** Another sensor says that something has happened there. */
  async reports(): Promise<void> {
    this.#token ??= (
      await this.admin.request<SensorWithToken>('POST', `/cameras/${this.yard.id}/sensors`, { name: 'Gate' })
    ).token;
    const answer = await fetch(`${this.server.url}/api/cameras/${this.yard.id}/events`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${this.#token}`, 'Content-Type': 'application/json' },
      body: '{"kind":"motion"}',
    });
    assert.ok(answer.ok, `the report is answered with ${answer.status}`);
  }

  async recordsFor(ms: number): Promise<void> {
    const untilMs = Date.now() + ms;
    await until('it has recorded long enough', () => Date.now() >= untilMs, ms + 10_000);
  }

  async timeline(camera: CameraWithKey, aroundMs = this.nowMs): Promise<Timeline> {
    const [from, to] = [Math.max(0, Math.round(aroundMs - DAY_MS)), Math.round(aroundMs + DAY_MS)];
    return this.admin.request('GET', `/cameras/${camera.id}/timeline?from=${from}&to=${to}`);
  }

  async events(): Promise<EventView[]> {
    return this.admin.request('GET', `/cameras/${this.yard.id}/events`);
  }

  async untilRecording(): Promise<void> {
    await this.untilOnline();
    await until('one camera is recorded', async () => {
      const { segments } = await this.timeline(this.door);
      return segments.some(({ startMs, endMs }) => endMs > startMs);
    });
  }

  async untilOnline(): Promise<void> {
    await until('both cameras send', async () =>
      (await this.admin.cameras()).every(
        ({ status, lastFrameAtMs }) => status === 'online' && lastFrameAtMs !== null,
      ),
    );
  }

  /** Each film of the door is where it was, none is missing, and none is another's. @returns the gaps that say so */
  async assertSegments(fromMs: number, holes = 0): Promise<RecordingGap[]> {
    const { segments, gaps } = await this.timeline(this.door);
    const first = segments[0]?.startMs ?? 0;
    const last = segments.at(-1)?.endMs ?? 0;
    const text = JSON.stringify({ segments, gaps, fromMs, nowMs: this.nowMs });
    assert.ok(
      Math.abs(first - fromMs) <= TOLERANCE_MS,
      `begins ${first - fromMs} ms from when it did: ${text}`,
    );
    assert.ok(Math.abs(last - this.nowMs) <= TOLERANCE_MS, `ends ${last - this.nowMs} ms from now: ${text}`);
    const found = segments.slice(1).filter(({ startMs }, index) => {
      const pauseMs = startMs - (segments[index]?.endMs ?? 0);
      assert.ok(pauseMs > -TOLERANCE_MS, `two films of one time: ${text}`);
      return pauseMs > TOLERANCE_MS;
    });
    assert.equal(found.length, holes, text);
    return gaps;
  }

  /** Checks the newest report about the door. */
  async assertLastFrame(): Promise<void> {
    const view = (await this.admin.cameras()).find(({ id }) => id === this.door.id) as CameraView;
    const ageMs = this.nowMs - (view.lastFrameAtMs ?? 0);
    assert.ok(Math.abs(ageMs) <= TOLERANCE_MS, `the last frame is ${ageMs} ms old`);
    const { headers } = await this.#get(`/cameras/${this.door.id}/snapshot.jpg`);
    const modifiedMs = Date.parse(headers.get('last-modified') ?? '');
    assert.ok(
      Math.abs(this.nowMs - modifiedMs) <= TOLERANCE_MS + 1_000,
      `modified ${modifiedMs - this.nowMs} ms from now`,
    );
  }

  /** Checks that the newest event of this source is over, has this length, its picture and a whole clip. */
  async assertEvent(trueStartMs: number, lastedMs: number, source: EventView['source']): Promise<void> {
    const event = await until('the event is over and has a picture', async () => {
      const newest = (await this.events()).find((each) => each.source === source);
      return newest?.endedAtMs !== null && newest?.thumbnail && newest;
    });
    const startsOffMs = event.startedAtMs - this.dateOf(trueStartMs);
    assert.ok(Math.abs(startsOffMs) <= TOLERANCE_MS, `it begins ${startsOffMs} ms from when it did`);
    const lengthMs = (event.endedAtMs ?? 0) - event.startedAtMs;
    assert.ok(Math.abs(lengthMs - lastedMs) <= TOLERANCE_MS, `it lasts ${lengthMs} ms, not ${lastedMs}`);
    await until('nothing is recorded any more', async () => {
      const { segments } = await this.timeline(this.yard);
      return segments.length > 0 && segments.every(({ open }) => !open);
    });
    const clip = await this.#get(`/cameras/${this.yard.id}/events/${event.id}/clip.webm`);
    assert.equal(clip.status, 200);
    await clip.arrayBuffer();
    const { segments } = await this.timeline(this.yard);
    const covered = segments.reduce(
      (sum, { startMs, endMs }) =>
        sum + Math.max(0, Math.min(endMs, event.endedAtMs ?? 0) - Math.max(startMs, event.startedAtMs)),
      0,
    );
    assert.ok(covered >= lengthMs - TOLERANCE_MS, `${covered} ms of ${lengthMs} are recorded`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#doorDevice.stop();
    await this.#yardDevice.stop();
    await this.server.stop();
  }

  async #untilNoticed(): Promise<void> {
    this.#changes++;
    const count = (): number =>
      this.server.child.output.match(/of the (?:clock|machine) noticed/g)?.length ?? 0;
    await until('the change is noticed', () => count() >= this.#changes);
    this.admin = await this.server.admin();
  }

  #get(path: string): Promise<Response> {
    const headers = { Authorization: `Bearer ${this.admin.session.accessToken}` };
    return fetch(`${this.server.url}/api${path}`, { headers });
  }
}
