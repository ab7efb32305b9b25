/** The value of a field, read from its event. */

export function valueOf({ target }: Event): string {
  return (target as HTMLElement & { value: string }).value;
}

export function checkedOf({ target }: Event): boolean {
  return (target as HTMLElement & { checked: boolean }).checked;
}
