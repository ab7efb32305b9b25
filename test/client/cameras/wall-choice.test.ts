import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { CameraView } from '../../../server/wire/camera.ts';
import { ALL, FAVOURITES, groupValue, WallChoice } from '../../../client/cameras/wall-choice.ts';

function camera(id: string, name: string, status: CameraView['status'] = 'online'): CameraView {
  const times = { sinceMs: 1, lastFrameAtMs: 1, staleAfterMs: 2_000, createdAtMs: 1 };
  return { id, name, kind: 'v1', status, ...times, rights: ['live'] };
}

const CAMERAS = [
  camera('door', 'Front door'),
  camera('yard', 'Back yard', 'offline'),
  camera('shed', 'Shed', 'never'),
  camera('gate', 'Gate'),
];

class Device implements Pick<Storage, 'getItem' | 'setItem'> {
  readonly values = new Map<string, string>();
  getItem(key: string): string | null {
    return this.values.get(key) ?? null;
  }
  setItem(key: string, value: string): void {
    this.values.set(key, value);
  }
}

const ids = (choice: WallChoice): string[] => choice.of(CAMERAS).map(({ id }) => id);

suite('wall choice', () => {
  test('at first all cameras are shown, in the order of the server', () =>
    assert.deepEqual(ids(new WallChoice('ada', () => new Device())), ['door', 'yard', 'shed', 'gate']));

  test('favourites come first, and can be shown alone', () => {
    const choice = new WallChoice('ada', () => new Device());
    choice.setFavourite('gate', true);
    assert.deepEqual(ids(choice), ['gate', 'door', 'yard', 'shed']);
    choice.show(FAVOURITES);
    assert.deepEqual(ids(choice), ['gate']);
    // A filter whose last camera has gone hides nothing.
    choice.setFavourite('gate', false);
    assert.deepEqual(ids(choice), ['door', 'yard', 'shed', 'gate']);
  });

  test('a group is shown alone, and ends with its last camera', () => {
    const choice = new WallChoice('ada', () => new Device());
    choice.setGroup('yard', 'Garden');
    choice.setGroup('shed', 'Garden');
    choice.setGroup('door', 'House');
    assert.deepEqual(choice.groupsOf(CAMERAS), ['Garden', 'House']);
    choice.show(groupValue('Garden'));
    assert.deepEqual(ids(choice), ['yard', 'shed']);
    for (const id of ['yard', 'shed']) choice.setGroup(id, '');
    assert.deepEqual([choice.groupsOf(CAMERAS), ids(choice).length], [['House'], 4]);
  });

  test('cameras that are offline or never connected can be hidden', () => {
    const choice = new WallChoice('ada', () => new Device());
    choice.hideOffline(true);
    assert.deepEqual(ids(choice), ['door', 'gate']);
  });

  test('a search takes words of the name and of the group, in any order', () => {
    const choice = new WallChoice('ada', () => new Device());
    choice.setGroup('gate', 'Garden');
    for (const [search, found] of [
      ['door front', ['door']],
      ['GARD', ['gate']],
      ['nothing', []],
      ['', ['door', 'yard', 'shed', 'gate']],
    ] as const) {
      choice.find(search);
      assert.deepEqual(ids(choice), found);
    }
  });

  test('the device remembers it for each user, whatever another version has written', () => {
    const device = new Device();
    const choice = new WallChoice('ada', () => device);
    choice.setFavourite('gate', true);
    choice.hideOffline(true);
    choice.find('gate');
    const later = new WallChoice('ada', () => device);
    assert.deepEqual([later.isFavourite('gate'), later.hidesOffline, later.search], [true, true, '']);
    assert.equal(new WallChoice('bob', () => device).isFavourite('gate'), false);
    for (const text of [
      'no json',
      '[]',
      'null',
      '{"favourites":1,"groups":[2],"shown":3,"hidesOffline":"yes"}',
    ]) {
      device.setItem('vigie.wall.ada', text);
      const { shown, hidesOffline } = new WallChoice('ada', () => device);
      assert.deepEqual([shown, hidesOffline], [ALL, false], text);
    }
  });
});
