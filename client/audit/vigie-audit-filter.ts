/**
 * `<vigie-audit-filter>`: selects entries of the audit log by user, camera, type and day.
 *
 * Fires `vigie-filter` with an AuditSelection.
 */

import { LitElement, css, html, type TemplateResult } from 'lit';
import '@awesome.me/webawesome/dist/components/input/input.js';
import '@awesome.me/webawesome/dist/components/option/option.js';
import '@awesome.me/webawesome/dist/components/select/select.js';
import type { UserView } from '../../server/wire/account.ts';
import type { AuditKind } from '../../server/wire/audit-actions.ts';
import type { AuditEntry } from '../../server/wire/audit.ts';
import type { AppContext } from '../app-context.ts';
import { valueOf } from '../ui/field-value.ts';
import { listen } from '../ui/listen.ts';
import { AUDIT_KIND_NAMES, dayRange } from './audit-text.ts';

/** As the API takes it; empty: all entries. */
export interface AuditSelection {
  userId?: string;
  cameraId?: string;
  kind?: AuditKind;
  from?: number;
  to?: number;
}

const ALL = 'all';

export class VigieAuditFilter extends LitElement {
  static override styles = css`
    :host {
      display: grid;
      grid-template-columns: repeat(4, minmax(0, 1fr));
      gap: 0.6rem;
      margin-bottom: 1rem;
    }
    @media (max-width: 600px) {
      :host {
        grid-template-columns: repeat(2, minmax(0, 1fr));
      }
    }
  `;
  static override properties = {
    context: { attribute: false },
    users: { attribute: false },
    entries: { attribute: false },
    userId: { state: true },
    cameraId: { state: true },
    kind: { state: true },
    day: { state: true },
  };
  declare context: AppContext;
  declare users: readonly UserView[];
  /** The shown entries: they also name removed users and cameras. */
  declare entries: readonly AuditEntry[];
  declare protected userId: string;
  declare protected cameraId: string;
  declare protected kind: string;
  /** Like 2026-11-23; empty: all. */
  declare protected day: string;

  constructor() {
    super();
    this.users = [];
    this.entries = [];
    [this.userId, this.cameraId, this.kind, this.day] = [ALL, ALL, ALL, ''];
    listen(this, (update) => this.context.live.cameras.on('change', update));
  }

  protected override render(): TemplateResult {
    const users = new Map([
      ...this.entries.flatMap(({ userId: id, username }) => named(id, username)),
      ...this.users.flatMap(({ id, username }) => named(id, username)),
    ]);
    const cameras = new Map([
      ...this.entries.flatMap(({ cameraId: id, cameraName }) => named(id, cameraName)),
      ...(this.context.live.cameras.all ?? []).flatMap(({ id, name }) => named(id, name)),
    ]);
    const kinds = new Map(Object.entries(AUDIT_KIND_NAMES));
    return html`
      ${this.#choice('User', 'audit-user', 'All users', this.userId, users, (id) => (this.userId = id))}
      ${this.#choice('Camera', 'audit-camera', 'All cameras', this.cameraId, cameras, (id) => (this.cameraId = id))}
      ${this.#choice('Type', 'audit-kind', 'All types', this.kind, kinds, (kind) => (this.kind = kind))}
      <wa-input
        size="s"
        type="date"
        label="Day"
        .value=${this.day}
        data-testid="audit-day"
        @change=${(event: Event) => this.#set(() => (this.day = valueOf(event)))}
      ></wa-input>
    `;
  }

  #choice(
    label: string,
    testId: string,
    all: string,
    value: string,
    options: ReadonlyMap<string, string>,
    choose: (value: string) => void,
  ): TemplateResult {
    return html`<wa-select
      size="s"
      label=${label}
      value=${value}
      data-testid=${testId}
      @change=${(event: Event) => this.#set(() => choose(valueOf(event)))}
    >
      <wa-option value=${ALL}>${all}</wa-option>
      ${[...options].map(([id, name]) => html`<wa-option value=${id}>${name}</wa-option>`)}
    </wa-select>`;
  }

  #set(change: () => void): void {
    change();
    const detail: AuditSelection = {
      ...(this.userId !== ALL && { userId: this.userId }),
      ...(this.cameraId !== ALL && { cameraId: this.cameraId }),
      ...(this.kind in AUDIT_KIND_NAMES && { kind: this.kind as AuditKind }),
      ...dayRange(this.day, this.context.siteZone.time),
    };
    this.dispatchEvent(new CustomEvent('vigie-filter', { detail }));
  }
}

function named(id: string | null, name: string | null): [string, string][] {
  return id === null ? [] : [[id, name ?? id]];
}

customElements.define('vigie-audit-filter', VigieAuditFilter);
