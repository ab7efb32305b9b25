import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FigureNotices } from '../../server/signaling/figure-notices.ts';
import type { ConsumerFigures, ViewerFigures } from '../../server/wire/viewer-figures.ts';

const DOOR: ConsumerFigures = {
  consumerId: 'c',
  cameraId: 'door',
  rung: 'full',
  layers: 3,
  limitedBy: null,
  packetsSent: 0,
  packetsRetransmitted: 0,
  repairPacketsSent: 0,
  fractionLost: 0,
};

function figures(
  change: Partial<ConsumerFigures> = {},
  estimateBps: number | null = 2_000_000,
): ViewerFigures {
  const consumers = [{ ...DOOR, ...change }];
  return {
    transportId: 't',
    path: 'udp',
    obstacle: null,
    estimateBps,
    queueMs: 0,
    roundTripMs: 9,
    consumers,
  };
}

/** @returns the seconds at which the page is told */
function told(seconds: ViewerFigures[], isShown = false): number[] {
  const notices = new FigureNotices();
  return seconds.flatMap((each, second) =>
    notices.isDue(each, isShown, second * 1_000_000) ? [second] : [],
  );
}

test('a page that shows the figures is told each second', () => {
  assert.deepEqual(told(Array(4).fill(figures()), true), [0, 1, 2, 3]);
});

test('a page on a good line is told nothing', () => {
  assert.deepEqual(
    told([1, 2, 3].map((packetsSent) => figures({ packetsSent }, 1_000_000 + packetsSent))),
    [],
  );
});

test('a page is told when the line begins to limit a camera and when it ends, and nothing in between', () => {
  const limited = figures({ rung: 'small', limitedBy: 'line' }, 300_000);
  assert.deepEqual(told([figures(), limited, limited, limited, figures(), figures()]), [1, 4]);
});

const at = (estimateBps: number | null, change: Partial<ConsumerFigures> = {}) =>
  figures({ limitedBy: 'line', ...change }, estimateBps);

test('a page that was told of a limit is told when the line carries clearly more or less, and of another size or layers', () => {
  const small = { rung: 'small', layers: 2 } as const;
  assert.deepEqual(
    told([
      at(300_000),
      at(350_000),
      at(370_000),
      at(370_000, { layers: 2 }),
      at(null, small),
      at(null, small),
    ]),
    [0, 2, 3, 4],
  );
});

test('a page that shows no figures is told about once a second at most, whatever changes', () => {
  const notices = new FigureNotices();
  const changes = Array.from({ length: 100 }, (_, index) =>
    figures({ limitedBy: index % 2 === 0 ? 'line' : null }),
  );
  const due = changes.filter((each, index) => notices.isDue(each, false, index * 100_000));
  assert.ok(due.length <= 12, `${due.length} in 10 s`);
});
