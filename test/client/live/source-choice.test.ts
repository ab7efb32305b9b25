import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SourceKind } from '../../../client/live/live-source.ts';
import { chooseSource, type SourceFacts } from '../../../client/live/source-choice.ts';

const NOW = 100_000;
const watching: SourceFacts = {
  nowMs: NOW,
  current: 'video',
  wantedSinceMs: NOW - 60_000,
  supported: true,
  searchingSinceMs: null,
  full: false,
  videoAtMs: NOW - 40,
  steadySinceMs: null,
  frameIntervalMs: 40,
};

const table: [name: string, facts: Partial<SourceFacts>, source: SourceKind][] = [
  ['video is coming', {}, 'video'],
  ['a full server has refused the video', { full: true, videoAtMs: null }, 'video'],
  [
    'a full server has refused the pictures of a browser without WebRTC, which are asked for again',
    { full: true, current: 'pictures', supported: false, videoAtMs: null },
    'pictures',
  ],
  ['a browser without WebRTC', { supported: false, videoAtMs: null }, 'pictures'],
  ['nobody looks, or the camera is offline', { supported: false, wantedSinceMs: null }, 'video'],
  [
    'a path has just begun to be sought',
    { searchingSinceMs: NOW - 1000, wantedSinceMs: NOW - 1000, videoAtMs: null },
    'video',
  ],
  [
    'a path has been sought in vain since the click',
    { searchingSinceMs: NOW - 2600, wantedSinceMs: NOW - 2600, videoAtMs: null },
    'pictures',
  ],
  [
    'a path was sought in vain long before the click',
    { searchingSinceMs: NOW - 60_000, wantedSinceMs: NOW, videoAtMs: null },
    'pictures',
  ],
  ['video has stopped a moment ago', { videoAtMs: NOW - 2000 }, 'video'],
  ['video has stopped although the path stands', { videoAtMs: NOW - 2600 }, 'pictures'],
  [
    'video still comes while the transport doubts its path',
    { searchingSinceMs: NOW - 5000, videoAtMs: NOW - 100 },
    'video',
  ],
  ['a camera that is slow by intention', { videoAtMs: NOW - 5000, frameIntervalMs: 2000 }, 'video'],
  ['a slow camera has stopped', { videoAtMs: NOW - 10_001, frameIntervalMs: 9000 }, 'pictures'],
  ['a camera that brings a picture an hour', { videoAtMs: NOW - 50_000, quietMs: 3 * 3_600_000 }, 'video'],
  [
    'a camera that has stalled, on a path that stands',
    { videoAtMs: NOW - 50_000, quietMs: Infinity },
    'video',
  ],
  [
    'a camera that has stalled, of which no picture has come',
    { wantedSinceMs: NOW - 2600, videoAtMs: null, quietMs: Infinity },
    'pictures',
  ],
  [
    'a camera that has stalled, on a path that is lost',
    { videoAtMs: NOW - 50_000, quietMs: Infinity, searchingSinceMs: NOW - 2600 },
    'pictures',
  ],
  ['no video came since the click', { wantedSinceMs: NOW - 2600, videoAtMs: null }, 'pictures'],
  ['a click on a path that stands', { wantedSinceMs: NOW - 100, videoAtMs: null }, 'video'],
  ['while pictures are shown, still no video', { current: 'pictures', videoAtMs: NOW - 5000 }, 'pictures'],
  [
    'while pictures are shown, video has begun to come again',
    { current: 'pictures', videoAtMs: NOW - 10, steadySinceMs: NOW - 1900 },
    'pictures',
  ],
  [
    'while pictures are shown, video has come for two seconds',
    { current: 'pictures', videoAtMs: NOW - 10, steadySinceMs: NOW - 2000 },
    'video',
  ],
  [
    'while pictures are shown, a remainder of video while the path is lost',
    { current: 'pictures', videoAtMs: NOW - 10, steadySinceMs: NOW - 2900, searchingSinceMs: NOW - 3000 },
    'pictures',
  ],
];
for (const [name, facts, source] of table) {
  test(`${name}: ${source}`, () => {
    assert.equal(chooseSource({ ...watching, ...facts }), source);
  });
}
