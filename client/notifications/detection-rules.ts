/** Rules of detections, as "a person at the front door at night", as fields of a form. */

import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import '@awesome.me/webawesome/dist/components/button/button.js';
import '@awesome.me/webawesome/dist/components/input/input.js';
import '@awesome.me/webawesome/dist/components/option/option.js';
import '@awesome.me/webawesome/dist/components/select/select.js';
import type { DetectionRule } from '../../server/wire/notification.ts';
import { checkedOf } from '../ui/field-value.ts';
import { textOf } from '../ui/form-dialog.ts';
import { keptCameras, USUAL_NIGHT, withNight } from './notification-choices.ts';

/** One of them in the form; its key names its fields, also when another is removed. */
export interface RuleField {
  key: number;
  rule: DetectionRule;
  /** It applies only at certain hours. */
  limited: boolean;
}

const ALL = 'all';
const SOME = 'some';
const FIRST_RULE: DetectionRule = { label: 'person', cameraIds: [], hours: [] };
/** As many as the server takes. */
const MAX_RULES = 16;

export function ruleFields(rules: readonly DetectionRule[]): RuleField[] {
  return rules.map((rule, key) => ({ key, rule, limited: rule.hours.length > 0 }));
}

export function withNewRule(fields: readonly RuleField[]): RuleField[] {
  const key = Math.max(-1, ...fields.map((field) => field.key)) + 1;
  return [...fields, { key, rule: FIRST_RULE, limited: false }];
}

export function rulesOf(form: FormData, fields: readonly RuleField[]): DetectionRule[] {
  return fields.map(({ key, rule, limited }) => {
    const camera = textOf(form, `rule-camera-${key}`);
    const [from, to] = [textOf(form, `rule-from-${key}`), textOf(form, `rule-to-${key}`)];
    return {
      label: textOf(form, `rule-label-${key}`).toLowerCase(),
      // Values that the form cannot offer stay: several cameras, chosen by a program, and one that was removed.
      cameraIds: camera === SOME ? rule.cameraIds : camera === ALL ? [] : [camera],
      hours: limited ? withNight(rule.hours, from, to) : [],
    };
  });
}

/** @param change called with the new list of fields */
export function renderRules(
  fields: readonly RuleField[],
  cameras: readonly { id: string; name: string }[],
  change: (fields: RuleField[]) => void,
): TemplateResult {
  return html`${repeat(
    fields,
    ({ key }) => key,
    (field) =>
      ruleRow(field, cameras, (changed) =>
        change(fields.flatMap((other) => (other === field ? (changed ?? []) : other))),
      ),
  )}
  ${
    fields.length < MAX_RULES
      ? html`<div>
          <wa-button
            type="button"
            size="s"
            appearance="outlined"
            data-testid="add-rule"
            @click=${() => change(withNewRule(fields))}
            >${fields.length === 0 ? 'Only certain detections…' : 'Add another'}</wa-button
          >
        </div>`
      : nothing
  }`;
}

/** @param change undefined: it is removed */
function ruleRow(
  field: RuleField,
  cameras: readonly { id: string; name: string }[],
  change: (field: RuleField | undefined) => void,
): TemplateResult {
  const { key, limited } = field;
  const { label, cameraIds, hours } = field.rule;
  const [night = USUAL_NIGHT] = hours;
  const [camera = ALL] = cameraIds;
  const kept = keptCameras(cameraIds, cameras);
  return html`<div class="rule" role="group" aria-label="Detections to notify of" data-testid="rule">
    <wa-input
      name="rule-label-${key}"
      label="Detection of"
      required
      maxlength="32"
      autocomplete="off"
      autocapitalize="none"
      value=${label}
      data-testid="rule-label"
    ></wa-input>
    <wa-select
      name="rule-camera-${key}"
      label="At"
      value=${kept === undefined ? camera : SOME}
      data-testid="rule-camera"
    >
      <wa-option value=${ALL}>Every camera</wa-option>
      ${kept === undefined ? nothing : html`<wa-option value=${SOME}>${kept}</wa-option>`}
      ${cameras.map(({ id, name }) => html`<wa-option value=${id}>${name}</wa-option>`)}
    </wa-select>
    <wa-checkbox
      ?checked=${limited}
      data-testid="rule-hours"
      @change=${(event: Event) => change({ ...field, limited: checkedOf(event) })}
      >Only at certain hours</wa-checkbox
    >
    ${
      limited
        ? html`<div class="hours">
            <wa-input
              name="rule-from-${key}"
              type="time"
              label="From"
              required
              value=${night.from}
            ></wa-input>
            <wa-input name="rule-to-${key}" type="time" label="To" required value=${night.to}></wa-input>
          </div>`
        : nothing
    }
    <div>
      <wa-button
        type="button"
        size="s"
        appearance="plain"
        data-testid="remove-rule"
        @click=${() => change(undefined)}
        >Remove</wa-button
      >
    </div>
  </div>`;
}
