/** The buttons that jump from event to event. */

import type { TemplateResult } from 'lit';
import { iconButton } from '../ui/icon-button.ts';

export function jumpButtons(jump: (direction: 1 | -1) => void): TemplateResult[] {
  return [
    iconButton({
      icon: 'backward-fast',
      label: 'Previous event',
      testId: 'event-before',
      onClick: () => jump(-1),
    }),
    iconButton({ icon: 'forward-fast', label: 'Next event', testId: 'next-event', onClick: () => jump(1) }),
  ];
}
