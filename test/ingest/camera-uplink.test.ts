import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { pino } from 'pino';
import type { UplinkLowering } from '../../server/core/link/uplink-lowering.ts';
import { CameraCommands } from '../../server/ingest/camera-commands.ts';
import { CameraUplink } from '../../server/ingest/camera-uplink.ts';
import type { HelloMessage, SetMessage, TelemetryMessage } from '../../server/wire/camera-protocol.ts';
import type { CameraSettings } from '../../server/wire/camera-settings.ts';

const HELLO = { capabilities: ['set'] } as unknown as HelloMessage;
const USUAL: CameraSettings = { jpegQuality: 12, frameSize: 'VGA', maxFps: 25 };
const SECOND_US = 1_000_000;

/** A camera behind a line in virtual time, with a store that outlives the server. */
class Rig {
  owners: CameraSettings = {};
  adapts = true;
  loweredFrom: CameraSettings | undefined;
  readonly told: CameraSettings[] = [];
  /** By the camera, with what it is told. */
  stored: CameraSettings = {};
  readonly lowerings: (UplinkLowering | null)[] = [];
  readonly log: Record<string, unknown>[] = [];
  /** How the camera answers. */
  answer: (change: CameraSettings) => 'applied' | 'rejected' | undefined = () => 'applied';
  nowUs = SECOND_US;
  uplink = this.#server();
  commands: CameraCommands | undefined;

  connect(hello = HELLO): CameraSettings {
    this.nowUs += SECOND_US;
    const commands = new CameraCommands((message) => {
      const { type: _, id, temporary, ...change } = message as SetMessage;
      this.told.push(change);
      this.stored = { ...this.stored, ...(temporary ? {} : change) };
      const answer = this.answer(change);
      queueMicrotask(() => {
        if (answer === 'applied') commands.onApplied(id);
        if (answer === 'rejected') commands.onRejected(id, 'this sensor has no such thing');
      });
    });
    this.commands = commands;
    return this.uplink.connected(hello, commands, this.nowUs);
  }

  disconnect(): void {
    if (this.commands) this.uplink.disconnected(this.commands, this.nowUs);
    this.commands?.close();
  }

  restartServer(): void {
    this.disconnect();
    this.uplink = this.#server();
  }

  /** Pictures that the line carries at this rate. @param tickS between two ticks of the server */
  async stream(seconds: number, fps: number, bytes = 25_000, tickS = 1): Promise<void> {
    const untilUs = this.nowUs + seconds * SECOND_US;
    let tickUs = this.nowUs + tickS * SECOND_US;
    while (this.nowUs < untilUs) {
      this.nowUs += SECOND_US / fps;
      // With two frames under way, one waits for the other.
      const sentUs = this.nowUs - (fps < 20 ? (1.9 * SECOND_US) / fps : 5_000);
      this.uplink.onFrame(640, 480, { sentUs, receivedUs: this.nowUs, bytes, oneWayUs: 2_000 });
      if (this.nowUs < tickUs) continue;
      tickUs += tickS * SECOND_US;
      this.uplink.onTick(this.nowUs);
      await setImmediate();
    }
  }

  /** The same, with the time of the deadlines of answers. */
  async pass({ mock }: TestContext, seconds: number, fps = 2, bytes = 25_000): Promise<void> {
    for (let second = 0; second < seconds; second++) {
      await this.stream(1, fps, bytes);
      mock.timers.tick(1_000);
      await setImmediate();
    }
  }

  messages(): unknown[] {
    return this.log.map(({ msg }) => msg);
  }

  #server(): CameraUplink {
    return new CameraUplink({
      cameraId: 'cam_1',
      store: {
        settingsOf: () => this.owners,
        adaptsToConnection: () => this.adapts,
        loweredFrom: () => this.loweredFrom,
        setLoweredFrom: (_id, settings) => {
          this.loweredFrom = settings ?? undefined;
          return Promise.resolve();
        },
      },
      onChange: (lowering) => this.lowerings.push(lowering),
      log: pino({ level: 'debug' }, { write: (line: string) => this.log.push(JSON.parse(line)) }),
    });
  }

  /** Lowered on a line of two pictures per second. */
  static async lowered(owners: CameraSettings = {}): Promise<Rig> {
    const rig = new Rig();
    rig.owners = owners;
    rig.connect();
    for (let seconds = 0; rig.log.length === 0 && seconds < 5; seconds++) await rig.stream(1, 2);
    assert.deepEqual(rig.messages(), ['picture settings lowered']);
    return rig;
  }
}

test('a camera on a narrow line is told less, and everybody is told so', async () => {
  const rig = await Rig.lowered();
  assert.deepEqual(rig.told[0], { jpegQuality: 48 });
  assert.ok(rig.told.every((change) => Object.keys(change).length === 1));
  const set = { ...USUAL, ...Object.assign({}, ...rig.told) };
  const { adapts, wanted, set: shown, loweredSinceMs, carriesBps } = rig.uplink.status(rig.nowUs) ?? {};
  assert.deepEqual([adapts, wanted, shown], [true, USUAL, set]);
  assert.ok(Number(loweredSinceMs) > 1_000 && Number(loweredSinceMs) <= rig.nowUs / 1000);
  assert.ok(Math.abs(Number(carriesBps) / 400_000 - 1) < 0.1, `${carriesBps} bit/s`);
  assert.deepEqual(rig.lowerings[0]?.set, set);
  assert.equal(rig.log[0]?.['cameraId'], 'cam_1');
  assert.equal(rig.log[0]?.['jpegQuality'], 48);
});

test('a line with room again gives everything back, and nothing of it stays', async () => {
  const rig = await Rig.lowered();
  assert.deepEqual(rig.loweredFrom, USUAL);
  await rig.stream(200, 25, 4_000);
  assert.deepEqual(rig.uplink.status(rig.nowUs)?.set, USUAL);
  assert.ok(rig.told.some(({ frameSize }) => frameSize === 'VGA'));
  assert.ok(rig.told.some(({ jpegQuality }) => jpegQuality === 12));
  assert.equal(rig.lowerings.at(-1), null);
  assert.equal(rig.loweredFrom, undefined);
  assert.equal(rig.uplink.status(rig.nowUs)?.loweredSinceMs, null);
});

test('a camera is to store what its owner sets, and nothing that it is lowered to', async () => {
  const rig = await Rig.lowered();
  assert.ok(rig.told.length > 0);
  assert.deepEqual(rig.stored, {});
  rig.disconnect();
  assert.equal((rig.connect() as { temporary?: true }).temporary, true);
  await rig.uplink.setByOwner({ jpegQuality: 10 }, rig.nowUs);
  assert.deepEqual(rig.stored, { ...USUAL, jpegQuality: 10 });
  rig.disconnect();
  assert.equal((rig.connect() as { temporary?: true }).temporary, undefined);
});

test('a camera that says what it has gets that back, also where nobody had set it', async () => {
  const rig = new Rig();
  rig.connect({ ...HELLO, settings: { jpegQuality: 20, maxFps: 15 } });
  await rig.stream(5, 2);
  assert.deepEqual(rig.loweredFrom, { jpegQuality: 20, frameSize: 'VGA', maxFps: 15 });
  await rig.stream(200, 24, 5_000);
  const last = Object.assign({}, ...rig.told) as CameraSettings;
  assert.deepEqual([last.jpegQuality, last.maxFps ?? 15], [20, 15]);
});

test('a reconnecting camera is welcomed with what it was lowered to, and with all else that its owner has set', async () => {
  const rig = await Rig.lowered({ frameSize: 'SVGA', hMirror: true });
  const { set } = rig.uplink.status(rig.nowUs) ?? {};
  rig.disconnect();
  assert.equal(rig.uplink.status(rig.nowUs), null);
  assert.deepEqual(rig.connect(), { ...set, hMirror: true, temporary: true });
});

test('a second connection of the same camera takes over, and the end of the first changes nothing', async () => {
  const rig = await Rig.lowered();
  const former = new CameraCommands(() => undefined);
  const { set } = rig.uplink.status(rig.nowUs) ?? {};
  assert.deepEqual(rig.connect(), { ...set, temporary: true });
  rig.uplink.disconnected(former, rig.nowUs);
  assert.deepEqual(rig.uplink.status(rig.nowUs)?.set, set);
});

test('a server that is restarted gives a lowered camera back what it had, also what nobody had set', async () => {
  const rig = await Rig.lowered({ maxFps: 20 });
  rig.restartServer();
  assert.deepEqual(rig.connect(), { ...USUAL, maxFps: 20 });
  await rig.stream(2, 25, 4_000);
  assert.equal(rig.loweredFrom, undefined);
});

test('a setting of the owner is in force at once, with all that was lowered', async () => {
  const rig = await Rig.lowered();
  rig.told.length = 0;
  await rig.uplink.setByOwner({ jpegQuality: 20 }, rig.nowUs);
  assert.deepEqual(rig.told, [{ ...USUAL, jpegQuality: 20 }]);
  assert.deepEqual(rig.uplink.status(rig.nowUs)?.wanted, { ...USUAL, jpegQuality: 20 });
  assert.equal(rig.lowerings.at(-1), null);
  assert.equal(rig.loweredFrom, undefined);
});

test('a setting that does not concern the uplink changes nothing of it', async () => {
  const rig = await Rig.lowered();
  const before = rig.uplink.status(rig.nowUs);
  rig.told.length = 0;
  await rig.uplink.setByOwner({ flash: 10 }, rig.nowUs);
  assert.deepEqual(rig.told, [{ flash: 10 }]);
  assert.deepEqual(rig.uplink.status(rig.nowUs), before);
});

test('the owner wins over what was just told, in whichever order the camera answers', async () => {
  const rig = new Rig();
  rig.connect();
  let owners: Promise<void> | undefined;
  rig.answer = (change) => {
    if (change.jpegQuality === 48) owners = rig.uplink.setByOwner({ frameSize: 'SVGA' }, rig.nowUs);
    return 'applied';
  };
  await rig.stream(4, 2);
  await owners;
  const set = rig.uplink.status(rig.nowUs)?.set;
  assert.deepEqual(set, { ...USUAL, frameSize: 'SVGA' });
  assert.deepEqual(Object.assign({}, ...rig.told), set);
});

test('frames that were sent before the camera had answered do not lower it further', async () => {
  const rig = new Rig();
  rig.connect();
  rig.answer = () => undefined;
  await rig.stream(6, 2);
  const { length } = rig.told;
  assert.ok(length > 0);
  for (let id = 1; id <= length; id++) rig.commands?.onApplied(id);
  await setImmediate();
  await rig.stream(1, 2);
  assert.equal(rig.told.length, length);
});

test('a setting that the camera refuses is told once, and the others all the same', async () => {
  const rig = new Rig();
  rig.connect();
  rig.answer = ({ jpegQuality }) => (jpegQuality === undefined ? 'applied' : 'rejected');
  await rig.stream(30, 2);
  assert.equal(rig.told.filter(({ jpegQuality }) => jpegQuality !== undefined).length, 1);
  assert.ok(rig.told.some(({ frameSize }) => frameSize !== undefined));
  assert.equal(rig.uplink.status(rig.nowUs)?.set.jpegQuality, 12);
  assert.ok(rig.messages().includes('picture setting refused'));
});

test('an owner who turns it off gets everything back, and nothing is lowered any more', async () => {
  const rig = await Rig.lowered();
  rig.told.length = 0;
  rig.adapts = false;
  rig.uplink.update(rig.nowUs);
  await setImmediate();
  await rig.stream(10, 2);
  assert.deepEqual(Object.assign({}, ...rig.told), { jpegQuality: 12, frameSize: 'VGA' });
  assert.equal(rig.lowerings.at(-1), null);
  assert.equal(rig.loweredFrom, undefined);
  assert.equal(rig.uplink.status(rig.nowUs)?.adapts, false);
});

test('a camera that takes no settings, and one whose owner has fixed them, are told nothing', async () => {
  const incapable = new Rig();
  incapable.connect({ ...HELLO, capabilities: ['telemetry'] });
  const fixed = new Rig();
  fixed.adapts = false;
  fixed.connect();
  for (const rig of [incapable, fixed]) {
    await rig.stream(10, 2);
    assert.deepEqual([rig.told, rig.lowerings, rig.loweredFrom], [[], [], undefined]);
  }
  assert.equal(incapable.uplink.status(incapable.nowUs), undefined);
});

test('a server that is late itself takes no line for narrow', async () => {
  const rig = new Rig();
  rig.connect();
  await rig.stream(30, 2, 25_000, 1.5);
  assert.deepEqual(rig.told, []);
});

test('a camera that leaves out most pictures by itself needs a line for no more', async () => {
  const rig = new Rig();
  rig.connect();
  const telemetry = { fps: 2, drops: 0 } as TelemetryMessage;
  rig.uplink.onTelemetry(telemetry, rig.nowUs);
  await rig.stream(1, 2);
  rig.uplink.onTelemetry(telemetry, rig.nowUs);
  assert.deepEqual(rig.told, []);
});

test('a camera whose answer is late is told again, and what it had is kept until it has everything back', async (context) => {
  const rig = await Rig.lowered();
  context.mock.timers.enable({ apis: ['setTimeout'] });
  rig.answer = () => undefined;
  rig.adapts = false;
  rig.uplink.update(rig.nowUs);
  await rig.pass(context, 60);
  assert.ok(rig.told.filter(({ frameSize }) => frameSize === 'VGA').length > 3, 'told again and again');
  assert.deepEqual(rig.loweredFrom, USUAL);
  assert.deepEqual(rig.messages().slice(1), Array(2).fill('picture setting unanswered'));
  rig.answer = () => 'applied';
  await rig.pass(context, 12);
  assert.equal(rig.loweredFrom, undefined);
  assert.deepEqual(rig.uplink.status(rig.nowUs)?.set, USUAL);
  rig.told.length = 0;
  await rig.pass(context, 12);
  assert.deepEqual(rig.told, []);
});

test('a camera that was lowered without an answer has everything back on a line with room', async (context) => {
  const rig = new Rig();
  rig.connect();
  context.mock.timers.enable({ apis: ['setTimeout'] });
  // It applies everything, and its answers come too late.
  rig.answer = () => undefined;
  await rig.pass(context, 20, 2);
  assert.equal(rig.told[0]?.jpegQuality, 48);
  assert.deepEqual(rig.loweredFrom, USUAL);
  rig.answer = () => 'applied';
  await rig.pass(context, 300, 25, 4_000);
  assert.deepEqual({ ...USUAL, ...Object.assign({}, ...rig.told) }, USUAL);
  assert.equal(rig.loweredFrom, undefined);
});

test('an owner whose camera does not answer leaves nothing lowered for good', async (context) => {
  const rig = await Rig.lowered();
  const { set } = rig.uplink.status(rig.nowUs) ?? {};
  context.mock.timers.enable({ apis: ['setTimeout'] });
  rig.answer = () => undefined;
  const changed = assert.rejects(rig.uplink.setByOwner({ jpegQuality: 20 }, rig.nowUs), {
    code: 'unavailable',
  });
  context.mock.timers.tick(5_000);
  await changed;
  // It may have set everything: it is told what is in force.
  rig.told.length = 0;
  rig.answer = () => 'applied';
  await rig.pass(context, 2);
  assert.deepEqual(Object.assign({}, ...rig.told), set);
  // A setting by the owner, while the camera leaves something unanswered, brings everything back too.
  rig.answer = () => undefined;
  rig.adapts = false;
  rig.uplink.update(rig.nowUs);
  await rig.pass(context, 6);
  rig.answer = () => 'applied';
  rig.told.length = 0;
  await rig.uplink.setByOwner({ jpegQuality: 20 }, rig.nowUs);
  assert.deepEqual(rig.told, [{ ...USUAL, jpegQuality: 20 }]);
  assert.equal(rig.loweredFrom, undefined);
});

test('a camera that takes no settings is told nothing either when its owner turns it off and on', async () => {
  const rig = new Rig();
  rig.connect({ ...HELLO, capabilities: ['telemetry'] });
  for (const adapts of [false, true]) {
    rig.adapts = adapts;
    rig.uplink.update(rig.nowUs);
  }
  await rig.stream(10, 2);
  assert.deepEqual(rig.told, []);
});
