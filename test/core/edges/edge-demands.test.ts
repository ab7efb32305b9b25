import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import {
  EdgeDemands,
  LAPSE_MS,
  MAX_CAMERAS,
  MAX_DEMANDS,
  RENEW_MS,
} from '../../../server/core/edges/edge-demands.ts';
import {
  answerPrefix,
  claimSubject,
  demandSubject,
  edgePermissions,
  helloSubject,
  isNodeName,
  keyframeSubject,
  openSubject,
  readEdgeSubject,
  sitePermissions,
  streamSubject,
  videoSubject,
} from '../../../server/core/edges/subjects.ts';

const LAPSE_US = LAPSE_MS * 1000;

const inCode = (cell = ''): string[] => Array.from(cell.matchAll(/`([^`]+)`/g), ([, text = '']) => text);

suite('edge demands', () => {
  test('each rung is wanted as much as by the edge that wants most', () => {
    const demands = new EdgeDemands();
    demands.set('north', 'door', { full: 300_000, tiny: 40_000 }, 0);
    demands.set('south', 'door', { full: Infinity }, 0);
    assert.deepEqual(demands.wantedOf('door'), { full: Infinity, tiny: 40_000 });
    assert.deepEqual(demands.wantedOf('door', 'south'), { full: 300_000, tiny: 40_000 });
    demands.set('south', 'door', { full: 200_000 }, 1);
    assert.deepEqual(demands.wantedOf('door'), { full: 300_000, tiny: 40_000 });
    assert.deepEqual([demands.size, demands.edges], [2, ['north', 'south']]);
    assert.deepEqual(demands.wantedOf('garden'), {});
  });

  test('an edge joins a rung that another one has, begins one that none had, and repeats itself without a change', () => {
    const demands = new EdgeDemands();
    assert.deepEqual(demands.set('north', 'door', { full: 1e6 }, 0), { cameraId: 'door', joined: [] });
    assert.deepEqual(demands.set('south', 'door', { full: 1e6, small: 1e5 }, 0), {
      cameraId: 'door',
      joined: ['full'],
    });
    assert.equal(demands.set('south', 'door', { full: 1e6, small: 1e5 }, 1), undefined);
    assert.deepEqual(demands.set('south', 'door', { full: 2e6 }, 1), { cameraId: 'door', joined: [] });
    assert.deepEqual(
      [demands.has('south', 'door', 'full'), demands.has('south', 'door', 'small')],
      [true, false],
    );
  });

  test('a demand ends at once when nothing is wanted, and by itself when it is not repeated', () => {
    const demands = new EdgeDemands();
    demands.set('north', 'door', { full: 1e6 }, 0);
    demands.set('south', 'door', { tiny: 1e6 }, 0);
    assert.deepEqual(demands.set('north', 'door', {}, 0), { cameraId: 'door', joined: [] });
    assert.equal(demands.set('north', 'door', {}, 0), undefined);
    assert.deepEqual(demands.wantedOf('door'), { tiny: 1e6 });
    demands.set('south', 'door', { tiny: 1e6 }, 1_000);
    assert.deepEqual(demands.lapse(LAPSE_US), []);
    assert.deepEqual(demands.lapse(LAPSE_US + 1_000), ['door']);
    assert.deepEqual([demands.wantedOf('door'), demands.size, demands.edges], [{}, 0, []]);
    assert.ok(LAPSE_MS > 3 * RENEW_MS, 'two renewals may be lost');
  });

  test('a camera that is gone is demanded by nobody', () => {
    const demands = new EdgeDemands();
    for (const edge of ['north', 'south']) demands.set(edge, 'door', { full: 1e6 }, 0);
    assert.equal(demands.removeCamera('door'), true);
    assert.equal(demands.removeCamera('door'), false);
    assert.equal(demands.size, 0);
  });

  test('neither one edge nor all of them together fill the memory', () => {
    const demands = new EdgeDemands();
    for (let camera = 0; camera <= MAX_CAMERAS; camera++)
      demands.set('north', `c${camera}`, { full: 1e6 }, 0);
    assert.deepEqual([demands.size, demands.refused], [MAX_CAMERAS, 1]);
    demands.set('north', 'c0', { full: 2e6 }, 0);
    assert.deepEqual(demands.wantedOf('c0'), { full: 2e6 }, 'what it has, it may change');
    for (let edge = 0; demands.size < MAX_DEMANDS; edge++)
      for (let camera = 0; camera < MAX_CAMERAS; camera++)
        demands.set(`e${edge}`, `c${camera}`, { full: 1e6 }, 0);
    demands.set('late', 'c0', { full: 1e6 }, 0);
    assert.deepEqual([demands.size, demands.has('late', 'c0', 'full')], [MAX_DEMANDS, false]);
    demands.lapse(LAPSE_US);
    demands.set('late', 'c0', { full: 1e6 }, LAPSE_US);
    assert.equal(demands.has('late', 'c0', 'full'), true);
  });
});

suite('subjects', () => {
  test('a site reads who asks of what', () => {
    assert.deepEqual(readEdgeSubject(demandSubject('home', 'paris-1', 'cam_1')), {
      edge: 'paris-1',
      cameraId: 'cam_1',
      rung: undefined,
    });
    assert.deepEqual(readEdgeSubject(keyframeSubject('home', 'paris-1', 'cam_1', 'tiny')), {
      edge: 'paris-1',
      cameraId: 'cam_1',
      rung: 'tiny',
    });
  });

  for (const subject of [
    '',
    'vigie',
    'vigie.home.demand.paris',
    'vigie.home.demand.paris.cam_1.full',
    'vigie.home.keyframe.paris.cam_1',
    'vigie.home.keyframe.paris.cam_1.huge',
    'vigie.home.keyframe.paris.cam_1.full.more',
    'vigie.home.demand.PARIS.cam_1',
    'vigie.home.demand.paris.cam 1',
    `vigie.home.demand.paris.${'c'.repeat(65)}`,
    'other.home.demand.paris.cam_1',
    videoSubject('home', 'cam_1', 'full'),
  ])
    test(`no edge sends on "${subject.slice(0, 50)}"`, () => {
      assert.equal(readEdgeSubject(subject), undefined);
    });

  test('names of nodes are one plain token', () => {
    for (const name of ['home', 'a', '7', 'paris-1', 'x'.repeat(32)]) assert.ok(isNodeName(name), name);
    for (const name of ['', '-a', 'a-', 'A', 'a.b', 'a*', '>', 'ä', 'a b', 'x'.repeat(33)])
      assert.ok(!isNodeName(name), name);
  });

  test('docs/edges.md has every subject, and what each role may do', () => {
    const page = readFileSync(new URL('../../../docs/edges.md', import.meta.url), 'utf8');
    const rowsOf = (part: string): string[][] => {
      const [, table = ''] =
        new RegExp(`<!-- ${part}:[^>]*-->([^]*)<!-- end of ${part} -->`).exec(page) ?? [];
      const rows = table.trim().split('\n').slice(2);
      return rows.map((row) =>
        row
          .split('|')
          .slice(1, -1)
          .map((cell) => cell.trim()),
      );
    };
    assert.deepEqual(
      rowsOf('subjects').map(([subject]) => inCode(subject)[0]),
      [
        videoSubject('SITE', 'CAMERA', 'RUNG' as 'full'),
        demandSubject('SITE', 'EDGE', 'CAMERA'),
        keyframeSubject('SITE', 'EDGE', 'CAMERA', 'RUNG' as 'full'),
        openSubject('SITE', 'EDGE'),
        streamSubject('SITE', 'up', 'EDGE', 'STREAM'),
        streamSubject('SITE', 'down', 'EDGE', 'STREAM'),
        helloSubject('SITE', 'EDGE'),
        claimSubject('SITE'),
        `${answerPrefix('EDGE')}.…`,
      ],
    );
    const roles = rowsOf('permissions').map(([role, publish, subscribe, answers]) => [
      role,
      { publish: inCode(publish), subscribe: inCode(subscribe), answers: answers === 'yes' },
    ]);
    assert.deepEqual(roles, [
      ['site', sitePermissions('SITE')],
      ['edge', edgePermissions('EDGE', ['SITE'])],
    ]);
  });

  test('the example in docs/edges.md gives each role what it needs, and no more', () => {
    const page = readFileSync(new URL('../../../docs/edges.md', import.meta.url), 'utf8');
    const [, example = ''] = /accounts \{([^]*?)```/.exec(page) ?? [];
    const lists = Array.from(
      example.matchAll(/(publish|subscribe): (\[[^\]]*\])/g),
      ([, , list = '']) => JSON.parse(list) as string[],
    );
    const [home, paris] = [sitePermissions('home'), edgePermissions('paris-1', ['home'])];
    assert.deepEqual(lists, [home.publish, home.subscribe, paris.publish, paris.subscribe]);
    assert.equal(example.split('allow_responses').length - 1, 1);
  });
});
