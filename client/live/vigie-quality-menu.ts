/** `<vigie-quality-menu>`: the data saver. Caps the quality of all cameras on this device. */

import { LitElement, css, html, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import '@awesome.me/webawesome/dist/components/button/button.js';
import '@awesome.me/webawesome/dist/components/dropdown/dropdown.js';
import '@awesome.me/webawesome/dist/components/dropdown-item/dropdown-item.js';
import { PICTURE_QUALITIES, type PictureQuality } from '../../server/wire/shown-view.ts';
import { listen } from '../ui/listen.ts';
import type { PictureQualityChoice } from './picture-quality.ts';

/** In the menu, and on its button. */
const WORDS: Record<PictureQuality, { item: string; details: string; button: string }> = {
  full: { item: 'Full', details: 'as the connection allows', button: '' },
  half: { item: 'Half', details: 'about half the data', button: 'Half' },
  minimum: { item: 'Minimum', details: 'least data', button: 'Minimum' },
};

export class VigieQualityMenu extends LitElement {
  static override styles = css`
    :host {
      display: inline-block;
    }
    h3 {
      margin: 0;
      font-size: 0.8125rem;
      font-weight: 600;
    }
    small {
      color: var(--wa-color-text-quiet);
    }
  `;
  static override properties = { quality: { attribute: false } };
  declare quality: PictureQualityChoice;

  constructor() {
    super();
    listen(this, (update) => this.quality.on('change', update));
  }

  protected override render(): TemplateResult {
    const { current } = this.quality;
    const { item, button } = WORDS[current];
    const label = `Video quality: ${item.toLowerCase()}`;
    return html`<wa-dropdown placement="bottom-end" @wa-select=${this.#onSelect}>
      <wa-button
        slot="trigger"
        size="s"
        appearance=${current === 'full' ? 'plain' : 'filled'}
        title=${label}
        data-testid="quality-menu"
      >
        <wa-icon slot=${button ? 'start' : ''} name="signal" label=${label}></wa-icon>${button}
      </wa-button>
      <h3>Video quality on this device</h3>
      ${PICTURE_QUALITIES.map(
        (quality) =>
          html`<wa-dropdown-item
            type="checkbox"
            value=${quality}
            .checked=${live(quality === current)}
            data-testid="quality-${quality}"
            >${WORDS[quality].item} <small slot="details">${WORDS[quality].details}</small></wa-dropdown-item
          >`,
      )}
    </wa-dropdown>`;
  }

  readonly #onSelect = ({ detail }: CustomEvent<{ item: { value: PictureQuality } }>): void => {
    this.quality.choose(detail.item.value);
    // The item that was chosen before has lost its check mark.
    this.requestUpdate();
  };
}

customElements.define('vigie-quality-menu', VigieQualityMenu);
