import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { endsEarly, Playlist } from '../../../client/recordings/playlist.ts';
import type { RecordedSegment } from '../../../server/wire/recording.ts';

const segment = (id: string, startMs: number, endMs: number, open = false): RecordedSegment => ({
  id,
  startMs,
  endMs,
  bytes: 1,
  width: 640,
  height: 480,
  protected: false,
  open,
});
const first = segment('a', 1_000, 61_000);
const second = segment('b', 61_040, 121_000);
const later = segment('c', 500_000, 560_000);
const open = segment('d', 560_040, 570_000, true);
const playlist = new Playlist([first, second, later, open]);

suite('a playlist', () => {
  test('finds the segment of a time, and the position in it', () => {
    assert.deepEqual(playlist.at(31_000), { segment: first, seconds: 30 });
    assert.deepEqual(playlist.at(61_040), { segment: second, seconds: 0 });
  });

  test('at a moment without recording, the next segment begins', () => {
    assert.deepEqual(playlist.at(300_000), { segment: later, seconds: 0 });
    assert.deepEqual(playlist.at(0), { segment: first, seconds: 0 });
  });

  test('a segment being written plays up to its current end', () => {
    assert.deepEqual(playlist.at(565_040), { segment: open, seconds: 5 });
    assert.equal(playlist.at(570_000), undefined);
  });

  test('more of it is worth loading when a little more is there, or when it has ended', () => {
    assert.equal(playlist.further(open), undefined);
    assert.equal(playlist.isGrowing(open), true);
    for (const [now, isMore] of [
      [segment('d', 560_040, 571_000, true), false],
      [segment('d', 560_040, 572_000, true), true],
      [segment('d', 560_040, 570_100), true],
      [segment('d', 560_040, 570_000), false],
    ] as const)
      assert.equal(new Playlist([now]).further(open), isMore ? now : undefined, `${now.endMs} ${now.open}`);
    const ended = new Playlist([segment('d', 560_040, 600_000)]);
    assert.equal(ended.further(first), undefined, 'one that was whole has no more');
    assert.equal(ended.isGrowing(open), false);
  });

  test('segments follow one another', () => {
    assert.deepEqual(
      [playlist.after(first)?.id, playlist.after(second)?.id, playlist.after(open)],
      ['b', 'c', undefined],
    );
  });

  test('an empty one plays nothing', () => assert.equal(new Playlist([]).at(5), undefined));
});

test('a segment of few pictures that the browser ends before its time has some left', () => {
  assert.equal(endsEarly(first, 51), true);
  assert.equal(endsEarly(first, 59.5), false);
});
