/** Pieces of Markdown. */

/** A table; pipes and line breaks in cells are escaped. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cellText).join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

function cellText(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, ' ').replaceAll('|', '\\|');
}

/** What stands at the top of a generated page. */
export function generatedHeading(title: string, source: string): string {
  return `# ${title}\n\nGenerated from ${source} by \`npm run docs\`; do not edit.`;
}
