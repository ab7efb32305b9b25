import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  MAX_VIEWER_FIGURES,
  narrowestViewers,
  viewerFigures,
  type MeasuredConsumer,
  type MeasuredViewer,
} from '../../server/sfu/viewer-figures.ts';
import { MAX_CONSUMER_FIGURES, VIEWER_FIGURES } from '../../server/wire/viewer-figures.ts';

const COUNTED = { packetsSent: 90, packetsRetransmitted: 4, fractionLost: 0.05 };

function consumer(id: string, stats: Partial<MeasuredConsumer['stats']> = {}): [string, MeasuredConsumer] {
  return [id, { id, cameraId: `camera of ${id}`, stats: { ...COUNTED, ...stats } }];
}

function viewer(
  id: string,
  consumers: [string, MeasuredConsumer][],
  line: { targetBps?: number; queueUs?: number } = {},
): MeasuredViewer {
  return {
    id,
    pathKind: 'udp',
    obstacle: 'serverSymmetric',
    consumers: new Map(consumers),
    line: { figures: () => ({ roundTripUs: 12_400, ...line }) },
  };
}

test('a viewer on a thin line: what it carries, and what each camera gets of it', () => {
  const sent = consumer('door', {
    rung: 'small',
    target: { maxTid: 1 },
    limitedBy: 'line',
    repairPacketsSent: 7,
  });
  const figures = viewerFigures(viewer('t', [sent], { targetBps: 300_000.4, queueUs: 31_000 }), 0);
  assert.deepEqual(figures, {
    transportId: 't',
    path: 'udp',
    obstacle: 'serverSymmetric',
    estimateBps: 300_000,
    queueMs: 31,
    roundTripMs: 12,
    consumers: [
      {
        consumerId: 'door',
        cameraId: 'camera of door',
        rung: 'small',
        layers: 2,
        limitedBy: 'line',
        packetsSent: 90,
        packetsRetransmitted: 4,
        repairPacketsSent: 7,
        fractionLost: 0.05,
      },
    ],
  });
  assert.deepEqual(VIEWER_FIGURES.parse(figures), figures);
});

test('unknown figures are null, and a paused camera is sent nothing', () => {
  const paused = consumer('door', { rung: 'full', limitedBy: 'line', target: undefined });
  const { estimateBps, queueMs, consumers } = viewerFigures(viewer('t', [paused]), 0);
  assert.deepEqual([estimateBps, queueMs], [null, null]);
  const [figures] = consumers;
  assert.deepEqual([figures?.rung, figures?.layers, figures?.limitedBy], [null, null, null]);
});

test('the cameras of a page that are sent are listed first, and no more than the bound', () => {
  const paused = Array.from({ length: 40 }, (_, index) => consumer(`paused ${index}`));
  const sent = consumer('sent', { rung: 'full', target: { maxTid: 2 } });
  const { consumers } = viewerFigures(viewer('t', [...paused, sent]), 0);
  assert.equal(consumers.length, MAX_CONSUMER_FIGURES);
  assert.equal(consumers[0]?.consumerId, 'sent');
});

test('the viewers on the narrowest lines are listed, and no more than the bound', () => {
  const unknown = Array.from({ length: 80 }, (_, index) => viewer(`unknown ${index}`, []));
  const thin = [300_000, 100_000].map((targetBps) => viewer(`${targetBps}`, [], { targetBps }));
  const listed = narrowestViewers([...unknown, ...thin], 0);
  assert.equal(listed.length, MAX_VIEWER_FIGURES);
  assert.deepEqual(
    listed.slice(0, 3).map(({ transportId }) => transportId),
    ['100000', '300000', 'unknown 0'],
  );
});
