import { configTable } from './config-table.ts';
import type { Setting } from './setting.ts';

/** The table of docs/settings.md, as Markdown. */
export function configMarkdown(): string {
  const rows = Object.values(configTable).map((entry: Setting<unknown>) => {
    const unit = entry.unit === undefined ? '' : ` (${entry.unit})`;
    return `| \`${entry.name}\` | ${entry.default === '' ? '' : `\`${entry.default}\`${unit}`} | ${entry.description} |`;
  });
  return ['| Variable | Default | Meaning |', '| --- | --- | --- |', ...rows].join('\n');
}
