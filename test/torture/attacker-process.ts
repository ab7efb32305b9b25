/** One attacker: runs an attack by its name, and reports its counts. */

import type { Attack, Counts, Target } from './attack.ts';
import { beginningOf, report } from './worker.ts';

export interface AttackerBeginning {
  name: string;
  target: Target<unknown>;
}

export interface AttackerReport {
  counts: Counts;
}

const { name, target } = await beginningOf<AttackerBeginning>();
const { attack } = (await import(`./attacks/${name}.ts`)) as { attack: Attack };
const counts = await attack.run(target);
report({ counts } satisfies AttackerReport);
process.disconnect?.();
// Everything still open belongs to the attack.
process.exit();
