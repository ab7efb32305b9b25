/** Creates an API key, with at most the rights of its creator. The key is shown once. */

import { html, nothing, type TemplateResult } from 'lit';
import '@awesome.me/webawesome/dist/components/callout/callout.js';
import '@awesome.me/webawesome/dist/components/checkbox/checkbox.js';
import '@awesome.me/webawesome/dist/components/option/option.js';
import '@awesome.me/webawesome/dist/components/select/select.js';
import type { NewApiKey } from '../../server/wire/api-key.ts';
import type { KeyPower } from '../../server/wire/key-rights.ts';
import type { CameraRights } from '../../server/wire/rights.ts';
import { isAdministrator, type AppContext } from '../app-context.ts';
import { BASE_PATH } from '../http/base-path.ts';
import { valueOf } from '../ui/field-value.ts';
import { FormDialog, textOf } from '../ui/form-dialog.ts';
import '../ui/vigie-copy-field.ts';
import './vigie-rights-table.ts';

/** The first choice of the dialog: every camera, chosen ones, or a power. */
type Scope = 'every' | 'chosen' | KeyPower;

const EVERY = 'every';
const DAY_MS = 86_400_000;
const DEFAULT_DAYS = 365;
/** One array, so that rendering again does not reset the ticks. */
const LIVE_EVERYWHERE: readonly CameraRights[] = [{ cameraId: EVERY, rights: ['live'] }];
const NONE: readonly CameraRights[] = [];

export class ApiKeyDialog extends FormDialog<AppContext> {
  static override properties = {
    ...FormDialog.properties,
    scope: { state: true },
    secret: { state: true },
  };
  declare protected scope: Scope;
  /** To be shown, this once. */
  declare protected secret: string | null;
  protected override readonly testId = 'api-key-dialog';
  protected override submitLabel = 'Create key';

  constructor() {
    super();
    this.scope = EVERY;
    this.secret = null;
  }

  override show(): void {
    this.scope = EVERY;
    this.secret = null;
    super.show();
  }

  override hide(): void {
    this.secret = null;
    super.hide();
  }

  protected override heading(): string {
    return this.secret === null ? 'Create API key' : 'API key created';
  }

  protected override fields(): TemplateResult {
    return html`
      <wa-input
        name="name"
        label="Name"
        hint="The program that will use it, for example “Home Assistant”."
        required
        maxlength="64"
        autocomplete="off"
        autofocus
        data-testid="api-key-name"
      ></wa-input>
      <wa-select
        label="May use"
        value=${this.scope}
        data-testid="api-key-scope"
        @change=${(event: Event) => (this.scope = valueOf(event) as Scope)}
      >
        <wa-option value="every">Every camera, including new ones</wa-option>
        <wa-option value="chosen">The cameras ticked below</wa-option>
        ${
          isAdministrator(this.context.session.user)
            ? html`<wa-option value="metrics">The server’s figures, for Prometheus</wa-option>
                <wa-option value="administer">Everything that an administrator may do</wa-option>`
            : nothing
        }
      </wa-select>
      ${this.#rights()} ${this.#analyse()}
      <wa-select name="days" label="Expires" value=${String(DEFAULT_DAYS)} data-testid="api-key-expiry">
        <wa-option value="30">In 30 days</wa-option>
        <wa-option value="90">In 90 days</wa-option>
        <wa-option value="365">In a year</wa-option>
        <wa-option value="0">Never</wa-option>
      </wa-select>
    `;
  }

  protected override outcome(): TemplateResult | null {
    if (this.secret === null) return null;
    const origin = location.origin + BASE_PATH;
    return html`
      <wa-callout variant="warning" size="s">
        <wa-icon slot="icon" name="key"></wa-icon>
        Copy the key now: it is not shown again. Anyone who has it has its rights.
      </wa-callout>
      <vigie-copy-field label="API key" .value=${this.secret} data-testid="api-key-secret"></vigie-copy-field>
      <vigie-copy-field
        label="Try it"
        .value=${`curl -H "Authorization: Bearer ${this.secret}" ${origin}/api/cameras`}
      ></vigie-copy-field>
      <p class="quiet">
        Programs that ask for a user name and a password take any name, and the key as the password.
      </p>
    `;
  }

  protected override async submit(form: FormData): Promise<boolean> {
    const days = Number(textOf(form, 'days') || DEFAULT_DAYS);
    const body: NewApiKey = {
      name: textOf(form, 'name'),
      ...this.#grant(form.has('analyse')),
      expiresAtMs: days === 0 ? null : Math.round(this.context.live.clock.nowMs() + days * DAY_MS),
    };
    const { secret } = await this.context.api.call('POST /api/keys', { body });
    this.secret = secret;
    this.dispatchEvent(new Event('vigie-saved'));
    return true;
  }

  /** @param analyses it may also report what is in the pictures */
  #grant(analyses: boolean): Pick<NewApiKey, 'everyCamera' | 'cameras' | 'powers'> {
    const none = { everyCamera: [], cameras: [], powers: [] };
    if (this.scope === 'administer' || this.scope === 'metrics') return { ...none, powers: [this.scope] };
    const choice = this.renderRoot.querySelector('vigie-rights-table')?.choice ?? [];
    if (choice.length === 0) throw new Error('Tick at least one right.');
    const also = analyses ? (['analyse'] as const) : [];
    if (this.scope === EVERY) return { ...none, everyCamera: [...(choice[0]?.rights ?? []), ...also] };
    return {
      ...none,
      cameras: choice.map(({ cameraId, rights }) => ({ cameraId, rights: [...rights, ...also] })),
    };
  }

  /** Only administrators give this right. */
  #analyse(): TemplateResult | typeof nothing {
    const isOfCameras = this.scope === EVERY || this.scope === 'chosen';
    if (!isOfCameras || !isAdministrator(this.context.session.user)) return nothing;
    return html`<wa-checkbox
      name="analyse"
      hint="For a program that finds people or cars in the pictures."
      data-testid="api-key-analyse"
      >May report detections</wa-checkbox
    >`;
  }

  #rights(): TemplateResult | typeof nothing {
    const known = this.context.live.cameras.all ?? [];
    if (this.scope === EVERY)
      return html`<vigie-rights-table
        .cameras=${[{ id: EVERY, name: 'Rights' }]}
        .given=${LIVE_EVERYWHERE}
      ></vigie-rights-table>`;
    if (this.scope !== 'chosen') return nothing;
    if (known.length === 0) return html`<p class="quiet">There are no cameras yet.</p>`;
    return html`<vigie-rights-table .cameras=${known} .given=${NONE}></vigie-rights-table>`;
  }
}

customElements.define('vigie-api-key-dialog', ApiKeyDialog);
