/**
 * Vigie uses FFmpeg's own JPEG codec and libvpx, both permissive, and depends on nothing else in the binary: it could
 * be exchanged for one without x264, x265 and fdk-aac. docs/licences.md explains why that matters.
 */

import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { AV_CODEC_ID_MJPEG, AV_CODEC_ID_VP8 } from 'node-av/constants';
import { Codec, getFFmpegInfo } from 'node-av/lib';

const ROOT = resolve(import.meta.dirname, '../..');
const USED_PARTS = /^(?:lib|constants)$/;
const USED_CODECS = /^AV_CODEC_ID_(?:MJPEG|VP8)$/;

const sources = globSync('server/**/*.{ts,mjs}', { cwd: ROOT }).map((path) => ({
  path,
  text: readFileSync(resolve(ROOT, path), 'utf8'),
}));

/** The text after a pattern in the server's sources, with the file for the message. */
function uses(pattern: RegExp): { path: string; what: string }[] {
  return sources.flatMap(({ path, text }) =>
    [...text.matchAll(pattern)].map(([, what = '']) => ({ path, what })),
  );
}

test('the server opens no codec but JPEG and VP8', () => {
  const found = [
    ...uses(/\b(?:find(?:En|De)coder\w*|allocContext3?)\((?!codec(?:Id)?\b)([^)]*)\)/g),
    ...uses(/\bcodecId: (?!AVCodecID\b)(\w+)/g),
  ];
  assert.ok(found.length >= 3, `${found.length} found`);
  assert.deepEqual(
    found.filter(({ what }) => !USED_CODECS.test(what)),
    [],
  );
});

test('the server names no other codec, and imports no part of node-av that chooses one', () => {
  const named = uses(/\b(AV_CODEC_ID_\w+|FF_(?:EN|DE)CODER_\w+)/g);
  assert.deepEqual(
    named.filter(({ what }) => !USED_CODECS.test(what)),
    [],
  );
  const imported = uses(/['"]node-av(?:\/(\w+))?['"]/g);
  assert.ok(imported.length > 0);
  assert.deepEqual(
    imported.filter(({ what }) => !USED_PARTS.test(what)),
    [],
  );
});

test('VP8 uses libvpx, JPEG uses FFmpeg’s own codec', () => {
  assert.equal(Codec.findEncoder(AV_CODEC_ID_VP8)?.name, 'libvpx');
  assert.equal(Codec.findEncoder(AV_CODEC_ID_MJPEG)?.name, 'mjpeg');
  assert.equal(Codec.findDecoder(AV_CODEC_ID_MJPEG)?.name, 'mjpeg');
});

test("docs/licences.md names the licences of the binary's parts", () => {
  const { configuration, version } = getFFmpegInfo();
  const text = readFileSync(resolve(ROOT, 'docs/licences.md'), 'utf8');
  assert.ok(text.includes(version), `FFmpeg ${version}`);
  // The options that determine the licence of the whole (FFmpeg's LICENSE.md and configure).
  const decisive = [
    'gpl',
    'version3',
    'nonfree',
    'libx264',
    'libx265',
    'libxvid',
    'libvidstab',
    'frei0r',
    'libfdk-aac',
  ];
  const enabled = decisive.filter((name) => configuration.split(' ').includes(`--enable-${name}`));
  const listed = /configured with (.*?)\./s.exec(text)?.[1]?.matchAll(/`--enable-([\w-]+)`/g) ?? [];
  assert.deepEqual(
    [...listed].map(([, name]) => name),
    enabled,
  );
});
