import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { parseCommandLine, USAGE } from '../../server/virtual-camera/command-line.ts';

const KEY = Buffer.alloc(32, 7).toString('base64url');
const BASE = ['--url', 'ws://localhost:8080/camera', '--id', 'cam_1'];

suite('the virtual camera’s command line', () => {
  test('URL, id and key are enough', () => {
    assert.deepEqual(parseCommandLine([...BASE, '--key', KEY], {}), {
      target: {
        protocol: 'v1',
        url: 'ws://localhost:8080/camera',
        cameraId: 'cam_1',
        key: Buffer.alloc(32, 7),
      },
      name: 'cam_1',
      fps: 25,
      frameSize: 'VGA',
      jpegQuality: 12,
      firmware: 'vigie-virtual-camera',
      hasTimeCode: true,
      footage: undefined,
      ca: undefined,
    });
  });

  test('the key may be given in the environment, which keeps it out of the process list', () => {
    const command = parseCommandLine(BASE, { VIGIE_CAMERA_KEY: KEY });
    assert.ok(command !== 'help' && command.target.protocol === 'v1');
    assert.deepEqual(command.target.key, Buffer.alloc(32, 7));
  });

  test('sizes are given by name, in upper or lower case', () => {
    const command = parseCommandLine([...BASE, '--key', KEY, '--size', 'qvga', '--fps', '12.5'], {});
    assert.ok(command !== 'help');
    assert.equal(command.frameSize, 'QVGA');
    assert.equal(command.fps, 12.5);
  });

  test('a slow camera is told how far its pictures are apart', () => {
    const command = parseCommandLine([...BASE, '--key', KEY, '--interval', '10'], {});
    assert.ok(command !== 'help');
    assert.equal(command.fps, 0.1);
  });

  test('the legacy protocol requires a user name and a password', () => {
    const args = ['--url', 'ws://localhost:8880', '--legacy', '--username', 'vigie'];
    const command = parseCommandLine(args, { VIGIE_LEGACY_PASSWORD: 's3cret' });
    assert.ok(command !== 'help');
    assert.deepEqual(command.target, {
      protocol: 'legacy',
      url: 'ws://localhost:8880/',
      username: 'vigie',
      password: 's3cret',
    });
  });

  test('--help works without the other options, and lists every option', () => {
    assert.equal(parseCommandLine(['--help'], {}), 'help');
    for (const option of [
      '--url',
      '--id',
      '--key',
      '--name',
      '--fps',
      '--size',
      '--quality',
      '--footage',
      '--legacy',
    ])
      assert.ok(USAGE.includes(option), option);
  });

  for (const [message, args] of [
    [/^--url is missing/, ['--id', 'cam_1', '--key', KEY]],
    [/^--url must begin with ws/, ['--url', 'http://localhost:8080/camera', '--id', 'cam_1', '--key', KEY]],
    [/^--url must begin with ws/, ['--url', 'localhost:8080', '--id', 'cam_1', '--key', KEY]],
    [/^--id is missing/, ['--url', 'ws://localhost:8080/camera', '--key', KEY]],
    [/^the key is missing/, BASE],
    [/^the key is not valid/, [...BASE, '--key', KEY.slice(1)]],
    [/^--interval must be 1 to 604800/, [...BASE, '--key', KEY, '--interval', '0.5']],
    [/^--fps must be 1 to 60/, [...BASE, '--key', KEY, '--fps', '0']],
    [/^--fps must be 1 to 60/, [...BASE, '--key', KEY, '--fps', 'fast']],
    [/^--fps must be 1 to 60/, [...BASE, '--key', KEY, '--fps', '']],
    [/^--quality must be 4 to 63/, [...BASE, '--key', KEY, '--quality', '3']],
    [/^--size must be one of QQVGA, /, [...BASE, '--key', KEY, '--size', '640x480']],
    [/^--size must be one of QQVGA, /, [...BASE, '--key', KEY, '--size', 'toString']],
    [/^--legacy needs --username and --password/, ['--url', 'ws://localhost:8880', '--legacy']],
    [/Unknown option '--speed'/, [...BASE, '--key', KEY, '--speed', '3']],
  ] as const) {
    test(`${args.join(' ').replace(KEY, 'KEY')} prints one clear line`, () => {
      assert.throws(() => parseCommandLine([...args], {}), { message });
    });
  }
});
