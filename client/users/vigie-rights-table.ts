/** `<vigie-rights-table>`: a viewer's rights, one tick per camera and right; with several cameras, a row for all of them. */

import { LitElement, css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import '@awesome.me/webawesome/dist/components/checkbox/checkbox.js';
import { RIGHTS, type CameraRights, type Right } from '../../server/wire/rights.ts';
import { sharedStyles } from '../ui/shared-styles.ts';
import { RIGHT_LABELS } from './rights-words.ts';

export interface NamedCamera {
  id: string;
  name: string;
  /** The rights that can be granted; if missing, all. */
  rights?: readonly Right[];
}

export class VigieRightsTable extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host {
        display: block;
      }
      fieldset {
        min-width: 0;
        margin: 0;
        padding: 0.6rem 0;
        border: 0;
      }
      .rows fieldset,
      .all {
        border-bottom: 1px solid var(--wa-color-surface-border);
      }
      .rows fieldset:last-child {
        border-bottom: 0;
      }
      legend {
        padding: 0.5rem 0 0.2rem;
        overflow-wrap: anywhere;
        font-weight: 600;
      }
      .ticks {
        display: grid;
        grid-template-columns: repeat(4, max-content);
        justify-content: space-between;
        gap: 0.2rem 1rem;
      }
      @media (max-width: 30rem) {
        .ticks {
          grid-template-columns: repeat(2, minmax(0, 1fr));
        }
      }
      .all legend {
        color: var(--wa-color-text-quiet);
      }
      /* Large enough for a finger. */
      wa-checkbox {
        min-height: 2rem;
        align-content: center;
      }
    `,
  ];
  static override properties = {
    cameras: { attribute: false },
    given: { attribute: false },
    chosen: { state: true },
  };
  declare cameras: readonly NamedCamera[];
  /** The ticks to begin with. */
  declare given: readonly CameraRights[];
  declare protected chosen: ReadonlyMap<string, ReadonlySet<Right>>;

  constructor() {
    super();
    this.cameras = [];
    this.given = [];
    this.chosen = new Map();
  }

  /** The ticks as they are now, of the cameras shown. */
  get choice(): CameraRights[] {
    return this.cameras
      .map((camera) => ({
        cameraId: camera.id,
        rights: offered(camera).filter((right) => this.#has(camera.id, right)),
      }))
      .filter(({ rights }) => rights.length > 0);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('given'))
      this.chosen = new Map(this.given.map(({ cameraId, rights }) => [cameraId, new Set(rights)]));
  }

  protected override render(): TemplateResult {
    return html`${this.cameras.length > 1 ? this.#row('all', 'All cameras', this.cameras) : nothing}
      <div class="rows">${this.cameras.map((camera) => this.#row(camera.id, camera.name, [camera]))}</div>`;
  }

  /** @param cameras that its ticks are for */
  #row(key: string, name: string, cameras: readonly NamedCamera[]): TemplateResult {
    const idsWith = (right: Right): string[] =>
      cameras.filter((camera) => offered(camera).includes(right)).map(({ id }) => id);
    return html`<fieldset class=${key} data-testid="rights-row" data-camera=${key}>
      <legend>${name}</legend>
      <div class="ticks">${RIGHTS.map((right) => this.#tick(right, idsWith(right)))}</div>
    </fieldset>`;
  }

  #tick(right: Right, ids: readonly string[]): TemplateResult | typeof nothing {
    if (ids.length === 0) return nothing;
    const count = ids.filter((id) => this.#has(id, right)).length;
    return html`<wa-checkbox
      .checked=${count === ids.length}
      .indeterminate=${count > 0 && count < ids.length}
      data-testid="right"
      data-right=${right}
      @change=${(event: Event) => this.#set(ids, right, (event.target as HTMLInputElement).checked)}
      >${RIGHT_LABELS[right]}</wa-checkbox
    >`;
  }

  #has(id: string, right: Right): boolean {
    return this.chosen.get(id)?.has(right) ?? false;
  }

  #set(ids: readonly string[], right: Right, given: boolean): void {
    const chosen = new Map(this.chosen);
    for (const id of ids) {
      const rights = new Set(chosen.get(id));
      if (given) rights.add(right);
      else rights.delete(right);
      chosen.set(id, rights);
    }
    this.chosen = chosen;
  }
}

customElements.define('vigie-rights-table', VigieRightsTable);

function offered({ rights = RIGHTS }: NamedCamera): readonly Right[] {
  return rights;
}

declare global {
  interface HTMLElementTagNameMap {
    'vigie-rights-table': VigieRightsTable;
  }
}
