import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { MotionEpisodes } from '../../../server/core/motion/motion-episodes.ts';

const seconds = (value: number): number => value * 1_000_000;
const moving = (...zoneIds: string[]) =>
  new Map(zoneIds.map((id, index) => [id, { share: 0.01 * (index + 1), sinceUs: seconds(1) }]));
const nothing = moving();

suite('motion episodes', () => {
  test('an episode begins when the object was first seen, and ends after the quiet time with its last sighting', () => {
    const episodes = new MotionEpisodes(5_000);
    const started = episodes.update(moving('door'), seconds(2));
    assert.equal(started?.type, 'started');
    assert.equal(started.episode.startedUs, seconds(1));
    assert.equal(episodes.update(nothing, seconds(6.9)), undefined);
    const ended = episodes.update(nothing, seconds(7));
    assert.equal(ended?.type, 'ended');
    assert.equal(ended.episode.lastUs, seconds(2));
  });

  test('motion within the quiet time is the same episode', () => {
    const episodes = new MotionEpisodes(5_000);
    episodes.update(moving('door'), seconds(2));
    assert.equal(episodes.update(moving('door'), seconds(6)), undefined);
    assert.equal(episodes.update(nothing, seconds(10)), undefined);
    assert.equal(episodes.update(nothing, seconds(11))?.type, 'ended');
  });

  test('a zone that moves later joins, once, and the score is the largest share seen', () => {
    const episodes = new MotionEpisodes(5_000);
    episodes.update(moving('door'), seconds(2));
    assert.equal(episodes.update(moving('door', 'path'), seconds(3))?.type, 'zoneJoined');
    assert.equal(episodes.update(moving('path'), seconds(4)), undefined);
    const { episode } = episodes.end() ?? {};
    assert.deepEqual(episode?.zoneIds, ['door', 'path']);
    assert.equal(episode?.score, 0.02);
  });

  test('without an episode there is nothing to end', () => {
    const episodes = new MotionEpisodes(5_000);
    assert.equal(episodes.update(nothing, seconds(1)), undefined);
    assert.equal(episodes.end(), undefined);
  });
});
