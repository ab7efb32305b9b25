/**
 * Opens the NAT in front of the server for viewers (UDP hole punching, RFC 5128 section 3.3): one STUN Binding Indication
 * from the media socket towards a viewer makes that NAT let the viewer's connectivity checks in. Browsers ignore it.
 *
 * Invariant: nothing is sent but what core/reach/punch-targets.ts and punch-budget.ts allow, whatever viewers claim.
 */

import { randomBytes } from 'node:crypto';
import { networkInterfaces } from 'node:os';
import { canonicalIp, isInRange, parseIp, parseIpRange } from '../core/address/ip-address.ts';
import type { Clock } from '../core/clock.ts';
import { PunchBudget } from '../core/reach/punch-budget.ts';
import {
  PunchTargets,
  type CheckSource,
  type ClaimOutcome,
  type PunchState,
} from '../core/reach/punch-targets.ts';
import type { TransportAddress } from '../core/stun-turn/stun-address.ts';
import { stunBindingIndication } from '../core/stun-turn/stun-binding.ts';
import { TRANSACTION_ID_BYTES } from '../core/stun-turn/stun-message.ts';
import type { RtcSocket } from './rtc-socket.ts';

/** One viewer's transport. */
export interface PunchedViewer {
  readonly state: PunchState;
  /** It says that its media comes from there. */
  claim(address: TransportAddress): void;
  onCheck(source: CheckSource): void;
  close(): void;
}

export interface HolePunchingOptions {
  socket: Pick<RtcSocket, 'sendTo'>;
  clock: Clock;
  /** Called once for each viewer from outside who was punched for, if it is clear whether that helped. */
  onOutcome: (viewerAddress: string, cameThrough: boolean) => void;
}

const TICK_MS = 50;
const DEFER_US = 100_000;

interface Viewer {
  readonly address: string;
  readonly targets: PunchTargets;
  readonly isOutside: boolean;
  isJudged: boolean;
}

export class HolePunching {
  /** `claimed`: addresses by what became of them; `outcomes`: viewers who came directly, and who did not. */
  readonly counters = {
    sent: 0,
    deferred: 0,
    claimed: { accepted: 0, known: 0, foreign: 0, reservedPort: 0, tooMany: 0 } satisfies Record<
      ClaimOutcome,
      number
    >,
    outcomes: { cameThrough: 0, failed: 0 },
  };
  readonly #options: HolePunchingOptions;
  readonly #budget = new PunchBudget();
  readonly #viewers = new Set<Viewer>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: HolePunchingOptions) {
    this.#options = options;
  }

  /**
   * @param viewerAddress from which the page signals
   * @param isOutside whether a direct path of this viewer leads through the NAT
   */
  open(viewerAddress: string, isOutside: boolean): PunchedViewer {
    const address = canonicalIp(viewerAddress) ?? '';
    // From outside nobody has a reason to name the addresses of the server's network.
    const targets = new PunchTargets(address, isOutside ? () => false : isOwnNetwork);
    const viewer = { address, targets, isOutside, isJudged: false };
    return {
      get state() {
        return targets.state;
      },
      claim: (claimed) => {
        this.counters.claimed[targets.claim(claimed, this.#options.clock())]++;
        this.#follow(viewer);
      },
      onCheck: (source) => {
        targets.onCheck(source, this.#options.clock());
        this.#follow(viewer);
      },
      close: () => this.#forget(viewer),
    };
  }

  /** Idempotent. */
  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#viewers.clear();
  }

  #follow(viewer: Viewer): void {
    this.#viewers.add(viewer);
    this.#run(viewer);
    if (this.#viewers.size > 0)
      this.#timer ??= setInterval(() => {
        for (const each of this.#viewers) this.#run(each);
      }, TICK_MS);
  }

  #run(viewer: Viewer): void {
    const { targets, address } = viewer;
    const nowUs = this.#options.clock();
    for (const target of targets.due(nowUs)) {
      if (!this.#budget.take(address, target, nowUs)) {
        this.counters.deferred++;
        targets.deferred(target, nowUs + DEFER_US);
        continue;
      }
      this.counters.sent++;
      this.#options.socket.sendTo(stunBindingIndication(randomBytes(TRANSACTION_ID_BYTES)), target);
      targets.sent(target, nowUs);
    }
    this.#judge(viewer, nowUs);
    const isPending = targets.nextUs !== undefined || (targets.hasSent && !viewer.isJudged);
    if (!isPending) this.#forget(viewer);
  }

  #judge(viewer: Viewer, nowUs: number): void {
    const verdict = viewer.targets.verdict(nowUs);
    if (viewer.isJudged || verdict === undefined) return;
    viewer.isJudged = true;
    if (verdict === 'unclear') return;
    this.counters.outcomes[verdict]++;
    if (viewer.isOutside) this.#options.onOutcome(viewer.address, verdict === 'cameThrough');
  }

  #forget(viewer: Viewer): void {
    this.#viewers.delete(viewer);
    if (this.#viewers.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

function isOwnNetwork(text: string): boolean {
  const address = parseIp(text);
  const own = Object.values(networkInterfaces()).flatMap((entries) => entries ?? []);
  return (
    address !== undefined &&
    own.some(({ cidr, internal }) => {
      const range = parseIpRange(cidr ?? '');
      return range !== undefined && !internal && isInRange(address, range);
    })
  );
}
