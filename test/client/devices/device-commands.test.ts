import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  cameraCommand,
  cameraConfiguration,
  cameraUrl,
  sensorCommand,
  shellWord,
} from '../../../client/devices/device-commands.ts';
import { parseCommandLine } from '../../../server/virtual-camera/command-line.ts';

const CAMERA = { id: 'cam_1', key: 'A'.repeat(43) };

test('a camera connects by ws at http and by wss at https, on the same port', () => {
  assert.equal(cameraUrl('http://192.168.1.10:8080'), 'ws://192.168.1.10:8080/camera');
  assert.equal(cameraUrl('https://cams.example.org'), 'wss://cams.example.org/camera');
  assert.equal(cameraUrl('https://[fd00::1]:8443'), 'wss://[fd00::1]:8443/camera');
});

test('the lines for the firmware contain the server, the id and the key', () => {
  assert.deepEqual(cameraConfiguration('https://cams.example.org', CAMERA).split('\n'), [
    'VIGIE_SERVER_URL=wss://cams.example.org/camera',
    'VIGIE_CAMERA_ID=cam_1',
    `VIGIE_CAMERA_KEY=${CAMERA.key}`,
  ]);
});

test('the virtual camera understands its command, with the authority if there is one', () => {
  for (const authorityFile of [null, 'data/tls/ca.crt']) {
    // One key in 64 begins with a dash, which is no option.
    const camera = { ...CAMERA, key: `-${CAMERA.key.slice(1)}` };
    const command = cameraCommand('https://192.168.1.10:8080', camera, authorityFile);
    const [, words = ''] = /^npm run camera -- (.+)$/.exec(command) ?? [];
    const understood = parseCommandLine(words.split(' '), {});
    assert.ok(understood !== 'help' && understood.target.protocol === 'v1');
    assert.equal(understood.target.url, 'wss://192.168.1.10:8080/camera');
    assert.equal(understood.ca ?? null, authorityFile);
  }
});

test('a sensor’s command trusts the authority if there is one', () => {
  assert.match(sensorCommand('https://a/events', 'T', 'data/tls/ca.crt'), / --cacert data\/tls\/ca\.crt /);
  assert.doesNotMatch(sensorCommand('https://a/events', 'T'), /cacert/);
});

test('a path with spaces or quotes stays one word for the shell', () => {
  assert.equal(shellWord('/var/lib/vigie/tls/ca.crt'), '/var/lib/vigie/tls/ca.crt');
  assert.equal(shellWord("/my data/it's"), `'/my data/it'\\''s'`);
});
