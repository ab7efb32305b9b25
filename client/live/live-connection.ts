/** The live connection to one server: signaling, its clock, its cameras and the receiver of their pictures. */

import { SIGNALING_PATH } from '../../server/wire/signaling.ts';
import { SignalingClient, type TokenSource } from '../signaling/signaling-client.ts';
import { ServerAway } from '../signaling/server-away.ts';
import { isServerThere, UpgradeCheck } from '../signaling/upgrade-check.ts';
import { CameraDirectory } from './camera-directory.ts';
import { DetectionsChoice } from './detections-choice.ts';
import { DetectionsDirectory } from './detections-directory.ts';
import { FiguresDirectory } from './figures-directory.ts';
import { LiveReceiver } from './live-receiver.ts';
import { watchPage } from './page-hints.ts';
import { PictureQualityChoice } from './picture-quality.ts';
import { ServerClock } from './server-clock.ts';

export class LiveConnection {
  /** Origin of the server and its base path, without a slash at the end. */
  readonly server: string;
  readonly signaling: SignalingClient;
  readonly away: ServerAway;
  readonly upgrades: UpgradeCheck;
  readonly clock: ServerClock;
  readonly cameras: CameraDirectory;
  readonly quality: PictureQualityChoice;
  readonly figures: FiguresDirectory;
  readonly detections: DetectionsDirectory;
  readonly detectionsChoice = new DetectionsChoice();
  readonly receiver: LiveReceiver;
  readonly #unwatchPage: () => void;

  /** @param server its origin and base path; the defaults are the page's own origin and no base path */
  constructor(server: string, tokens: TokenSource) {
    this.server = new URL(server, location.origin).href.replace(/\/$/, '');
    this.signaling = new SignalingClient({ url: signalingUrl(this.server), tokens });
    this.away = new ServerAway(this.signaling);
    this.upgrades = new UpgradeCheck(this.signaling, () => isServerThere(this.server));
    this.clock = new ServerClock(this.signaling);
    this.cameras = new CameraDirectory(this.signaling);
    this.quality = new PictureQualityChoice(this.signaling);
    this.figures = new FiguresDirectory(this.signaling);
    this.detections = new DetectionsDirectory(this.signaling);
    this.receiver = new LiveReceiver(this.signaling, this.cameras, this.quality, this.figures);
    this.#unwatchPage = watchPage({
      onHidden: (hidden) => {
        this.receiver.hidden = hidden;
      },
      onWake: () => this.signaling.nudge(),
      onNetworkChange: () => this.receiver.networkChanged(),
      onStorageChange: () => {
        this.quality.reload();
        this.detectionsChoice.reload();
      },
    });
  }

  /** Idempotent. */
  close(): void {
    this.#unwatchPage();
    this.receiver.close();
    this.signaling.stop();
  }
}

function signalingUrl(server: string): string {
  const url = new URL(server + SIGNALING_PATH);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url.href;
}
