/**
 * The command: `npm run camera -- --url … --id …`. It also is the demo camera, which the server starts as a child.
 *
 * It runs until it is told to stop, by a signal or by the end of its parent's channel.
 */

import { CameraConnection } from './camera-connection.ts';
import { parseCommandLine, USAGE, type CommandLine } from './command-line.ts';
import { Footage } from './footage.ts';
import { GeneratedScene } from './generated-scene.ts';
import { SeedConnection } from './seed-connection.ts';
import { VirtualCamera, type Connection } from './virtual-camera.ts';

const STOP_TIMEOUT_MS = 500;

try {
  const command = parseCommandLine(process.argv.slice(2), process.env);
  if (command === 'help') process.stdout.write(`${USAGE}\n`);
  else await run(command);
} catch (error) {
  process.stderr.write(`virtual camera: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

async function run(command: CommandLine): Promise<void> {
  const { name, fps, frameSize, jpegQuality, footage, target } = command;
  const source =
    footage === undefined
      ? await GeneratedScene.create({ name, frameSize, jpegQuality })
      : await Footage.load(footage);
  const camera = new VirtualCamera({
    source,
    fps,
    connect: (self) => connect(target, self),
    report: (line) => process.stdout.write(`${name}: ${line}\n`),
  });
  const stop = (): void => {
    camera.close();
    if (process.connected) process.disconnect?.();
    // What keeps the process now is a connection saying goodbye; it is not waited for very long.
    setTimeout(() => process.exit(0), STOP_TIMEOUT_MS).unref();
  };
  process.once('SIGINT', stop).once('SIGTERM', stop).once('disconnect', stop);
  camera.start();
}

function connect(target: CommandLine['target'], camera: VirtualCamera): Connection {
  if (target.protocol === 'seed') return new SeedConnection(target);
  return new CameraConnection({
    ...target,
    device: {
      firmware: 'vigie-virtual-camera',
      board: 'virtual',
      sensor: 'drawn',
      capabilities: ['set', 'reboot', 'telemetry'],
    },
    applySettings: (settings) => camera.apply(settings),
    telemetry: () => camera.telemetry(),
  });
}
