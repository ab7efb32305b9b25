/**
 * `<vigie-removed-cameras>`: removed cameras with recordings, each a link to these; an administrator can delete them. Empty if
 * there are none.
 */

import { LitElement, css, html, nothing, type TemplateResult } from 'lit';
import { createRef, ref } from 'lit/directives/ref.js';
import '@awesome.me/webawesome/dist/components/button/button.js';
import type { RemovedCameraView } from '../../server/wire/recording.ts';
import { isAdministrator, type AppContext } from '../app-context.ts';
import { routePath } from '../routing/routes.ts';
import '../ui/confirm-dialog.ts';
import type { ConfirmDialog } from '../ui/confirm-dialog.ts';
import { errorCallout } from '../ui/error-callout.ts';
import { iconButton } from '../ui/icon-button.ts';
import { listen } from '../ui/listen.ts';
import { rowListStyles } from '../ui/row-list.ts';
import { sharedStyles } from '../ui/shared-styles.ts';
import { removedCameraStake } from './recording-losses.ts';
import { RemovedCameras } from './removed-cameras.ts';

export class VigieRemovedCameras extends LitElement {
  static override styles = [
    sharedStyles,
    rowListStyles,
    css`
      section {
        margin-top: 1.5rem;
      }
      h2 {
        margin-bottom: 0.5rem;
      }
    `,
  ];
  static override properties = { context: { attribute: false } };
  declare context: AppContext;
  readonly #removed = new RemovedCameras(this, () => this.context.api);
  readonly #confirm = createRef<ConfirmDialog>();

  constructor() {
    super();
    listen(this, (update) => this.context.siteZone.on('change', update));
  }

  protected override render(): TemplateResult {
    const { all, error } = this.#removed;
    return html`
      ${errorCallout(error, 'removed-cameras-error', () => void this.#removed.load())}
      ${
        all.length > 0
          ? html`<section aria-labelledby="removed-heading" data-testid="removed-cameras">
              <h2 id="removed-heading">Removed cameras</h2>
              <ul class="card rows">
                ${all.map((camera) => this.#row(camera))}
              </ul>
            </section>`
          : nothing
      }
      <vigie-confirm-dialog ${ref(this.#confirm)}></vigie-confirm-dialog>
    `;
  }

  #row(camera: RemovedCameraView): TemplateResult {
    const { id, name, removedAtMs, newestMs } = camera;
    return html`<li data-testid="removed-camera" data-camera-id=${id}>
      <div class="what">
        <a href=${routePath({ page: 'recordings', cameraId: id, atMs: newestMs })}>${name}</a>
        <p class="quiet">
          Removed on ${this.context.siteZone.time.date(removedAtMs)}. Its recordings are kept.
        </p>
      </div>
      ${
        isAdministrator(this.context.session.user)
          ? iconButton({
              icon: 'trash',
              label: `Delete the recordings of ${name}`,
              testId: 'delete-removed-camera',
              onClick: () => this.#askToDelete(camera),
            })
          : nothing
      }
    </li>`;
  }

  #askToDelete({ id, name }: RemovedCameraView): void {
    const { api } = this.context;
    const params = { cameraId: id };
    this.#confirm.value?.ask({
      heading: `Delete the recordings of “${name}”?`,
      stake: api.call('GET /api/removed-cameras/:cameraId', { params }).then(removedCameraStake),
      action: 'Delete recordings',
      run: async () => {
        await api.call('DELETE /api/removed-cameras/:cameraId', { params });
        await this.#removed.load();
      },
    });
  }
}

customElements.define('vigie-removed-cameras', VigieRemovedCameras);
