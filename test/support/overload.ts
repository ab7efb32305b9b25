/** Reports an overload of ten seconds, or idleness, to a server's capacity, like its probe. */

import type { LoadSample } from '../../server/core/admission.ts';
import type { Capacity } from '../../server/core/capacity.ts';

let nowUs = 0;

function tell(capacity: Capacity, utilization: number): void {
  const sample: LoadSample = { utilization, sendingShare: 0, delayUs: 0, lateUs: 0, droppedShare: 0 };
  for (let i = 0; i < 40; i++) capacity.sample(sample, (nowUs += 250_000));
}

export function overload(capacity: Capacity): void {
  tell(capacity, 1);
}

export function relieve(capacity: Capacity): void {
  tell(capacity, 0);
}
