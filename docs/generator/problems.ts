/** docs/reference/problems.md: every problem the wall API answers with. */
import { problemType } from '../../services/shared/core/problem.ts';
import { PROBLEMS } from '../../services/wall-api/core/problem.ts';
import { generatedHeading, markdownTable } from './markdown.ts';

export function problemsReference(): string {
  const rows = Object.entries(PROBLEMS).map(([slug, { status, title, description }]) => [
    `\`${problemType(slug)}\``,
    String(status),
    title,
    description,
  ]);
  return `${generatedHeading('Problems', '`services/wall-api/core/problem.ts`')}

The wall API answers what it refuses as \`application/problem+json\` (RFC 9457). Types are relative to the phone's API,
which serves each as a page, and keep their meaning for good.

${markdownTable(['type', 'status', 'title', 'what it means, and what to do'], rows)}
`;
}
