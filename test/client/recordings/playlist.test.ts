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

  test('where nothing was recorded, the next segment begins', () => {
    assert.deepEqual(playlist.at(300_000), { segment: later, seconds: 0 });
    assert.deepEqual(playlist.at(0), { segment: first, seconds: 0 });
  });

  test('a segment being written plays up to its current end', () => {
    assert.deepEqual(playlist.at(565_040), { segment: open, seconds: 5 });
    assert.equal(playlist.at(570_000), undefined);
  });

  test('but is not fetched before a viewer wants to see it', () => {
    assert.deepEqual([playlist.after(later)?.id, playlist.upcoming(later)], ['d', undefined]);
    assert.equal(playlist.upcoming(first)?.id, 'b');
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
