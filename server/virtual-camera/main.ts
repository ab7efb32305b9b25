/**
 * The command `npm run camera -- --url … --id …`. The server also starts it as a child process for the demo camera.
 *
 * It runs until a signal or the end of its parent's channel stops it.
 */

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { MOTION_CAPABILITY, OTA_CAPABILITY } from '../wire/camera-protocol.ts';
import { V1Connection } from './v1-connection.ts';
import { parseCommandLine, USAGE, type CommandLine } from './command-line.ts';
import { takesUpdates, VIRTUAL_TARGET } from './firmware-update.ts';
import { Footage } from './footage.ts';
import { GeneratedScene } from './generated-scene.ts';
import { LegacyConnection } from './legacy-connection.ts';
import { VirtualCamera, type Connection } from './virtual-camera.ts';

const STOP_TIMEOUT_MS = 500;

const stopping = new AbortController();
const stop = (): void => stopping.abort();
process.once('SIGINT', stop).once('SIGTERM', stop).once('disconnect', stop);
// The parent may have ended before the listener was added.
if (process.send && !process.connected) stop();

try {
  const command = parseCommandLine(process.argv.slice(2), process.env);
  if (command === 'help') process.stdout.write(`${USAGE}\n`);
  else await run(command, stopping.signal);
} catch (error) {
  process.stderr.write(`virtual camera: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
// A channel to a parent would keep the process running without work.
if (process.connected) process.disconnect?.();
// So would a connection that waits for the answer to its close; that wait is limited.
setTimeout(() => process.exit(), STOP_TIMEOUT_MS).unref();

/** Resolves when it is stopped. */
async function run(command: CommandLine, stopped: AbortSignal): Promise<void> {
  const { name, fps, frameSize, jpegQuality, hasTimeCode, footage, target, ca } = command;
  // Applies to the WebSocket and to downloads.
  if (ca !== undefined) setDefaultCACertificates([...getCACertificates(), readFileSync(ca, 'utf8')]);
  let { firmware } = command;
  const source =
    footage === undefined
      ? await GeneratedScene.create({ name, frameSize, jpegQuality, hasTimeCode })
      : await Footage.load(footage);
  const camera = new VirtualCamera({
    source,
    fps,
    connect: (self) => {
      const connection = connect(target, firmware, fps, self);
      connection.on('updated', (version) => {
        firmware = version;
      });
      return connection;
    },
    report: (line) => process.stdout.write(`${name}: ${line}\n`),
  });
  process.on('SIGUSR2', () => camera.sense(!camera.motion));
  if (!stopped.aborted) {
    camera.start();
    await once(stopped, 'abort');
  }
  camera.close();
}

function connect(
  target: CommandLine['target'],
  firmware: string,
  fps: number,
  camera: VirtualCamera,
): Connection {
  if (target.protocol === 'legacy') return new LegacyConnection(target);
  return new V1Connection({
    ...target,
    device: {
      firmware,
      board: 'virtual',
      sensor: 'drawn',
      target: VIRTUAL_TARGET,
      ...(fps < 1 && { frameIntervalMs: Math.round(1000 / fps) }),
      capabilities: [
        'set',
        'reboot',
        'telemetry',
        MOTION_CAPABILITY,
        ...(takesUpdates(target.url) ? [OTA_CAPABILITY] : []),
      ],
    },
    applySettings: (settings) => camera.apply(settings),
    telemetry: () => camera.telemetry(),
    motion: camera.motion,
  });
}
