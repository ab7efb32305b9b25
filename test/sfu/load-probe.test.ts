import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import type { LoadSample } from '../../server/core/admission.ts';
import { LoadProbe, SAMPLE_MS } from '../../server/sfu/load-probe.ts';

test('a sample contains the measurements since the previous one', () => {
  mock.timers.enable({ apis: ['setInterval'] });
  let nowUs = 0;
  const datagrams = { sent: 1000, dropped: 10 };
  const samples: LoadSample[] = [];
  const probe = new LoadProbe({
    clock: () => nowUs,
    datagrams: () => datagrams,
    onSample: (sample) => samples.push(sample),
  });
  /** The timer is late by this much. */
  const tick = (lateUs = 0): LoadSample => {
    nowUs += SAMPLE_MS * 1000 + lateUs;
    mock.timers.tick(SAMPLE_MS);
    const sample = samples.at(-1);
    assert.ok(sample);
    assert.ok(sample.utilization >= 0 && sample.utilization <= 1);
    return { ...sample, utilization: 0 };
  };
  const idle = { utilization: 0, sendingShare: 0, delayUs: 0, lateUs: 0, droppedShare: 0 };

  probe.frameSent(100, 10_100, 30_100);
  probe.frameSent(100, 20_100, 50_100);
  assert.deepEqual(tick(), { ...idle, sendingShare: 0.2, lateUs: 40_000 });
  assert.deepEqual(tick(), idle, 'nothing is reported twice');
  datagrams.sent += 90;
  datagrams.dropped += 10;
  assert.deepEqual(tick(15_000), { ...idle, delayUs: 15_000, droppedShare: 0.1 });
  nowUs += 9_000_000;
  probe.frameSent(0, nowUs, nowUs);
  probe.frameSent(nowUs + 5000, nowUs, nowUs);
  assert.equal(
    tick().lateUs,
    500_000,
    'an old frame counts for at most a second, one from the future for nothing',
  );

  probe.close();
  probe.close();
  const { length } = samples;
  mock.timers.tick(1000);
  assert.equal(samples.length, length);
});
