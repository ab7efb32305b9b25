/** Buttons that show only an icon. The label is its tooltip and what a screen reader says. */

import { html, nothing, type TemplateResult } from 'lit';
import '@awesome.me/webawesome/dist/components/button/button.js';
import '@awesome.me/webawesome/dist/components/dropdown/dropdown.js';
import '@awesome.me/webawesome/dist/components/dropdown-item/dropdown-item.js';

export interface IconButton {
  icon: string;
  label: string;
  testId: string;
  onClick?: (event: Event) => void;
  /** A link instead of an action. */
  href?: string;
  /** True while the thing it switches is on. */
  pressed?: boolean;
}

export function iconButton({ icon, label, testId, onClick, href, pressed }: IconButton): TemplateResult {
  return html`<wa-button
    size="s"
    appearance=${pressed ? 'filled' : 'plain'}
    title=${label}
    href=${href ?? nothing}
    data-testid=${testId}
    @click=${onClick}
    ><wa-icon name=${icon} label=${label}></wa-icon
  ></wa-button>`;
}

export interface MenuItem<Action extends string> {
  action: Action;
  icon: string;
  label: string;
  testId: string;
  danger?: boolean;
}

/** The three dots that open a list of actions. @param label what the actions are for, for a screen reader */
export function actionMenu<Action extends string>(
  label: string,
  testId: string,
  items: readonly MenuItem<Action>[],
  onAction: (action: Action) => void,
): TemplateResult {
  return html`<wa-dropdown
    placement="bottom-end"
    @wa-select=${({ detail }: CustomEvent<{ item: { value: Action } }>) => onAction(detail.item.value)}
  >
    <wa-button slot="trigger" size="s" appearance="plain" data-testid=${testId}>
      <wa-icon name="ellipsis" label=${label}></wa-icon>
    </wa-button>
    ${items.map(
      ({ action, icon, label: text, danger, testId: itemId }) =>
        html`<wa-dropdown-item value=${action} variant=${danger ? 'danger' : 'default'} data-testid=${itemId}>
          <wa-icon slot="icon" name=${icon}></wa-icon>${text}
        </wa-dropdown-item>`,
    )}
  </wa-dropdown>`;
}
