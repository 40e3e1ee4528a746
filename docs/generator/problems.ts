/** docs/reference/problems.md: every problem that our APIs answer with. */
import { PROBLEMS as GATEWAY_PROBLEMS } from '../../services/gateway/core/problem.ts';
import { type ProblemCatalogue, problemType, REQUEST_PROBLEMS } from '../../services/shared/core/problem.ts';
import { PROBLEMS } from '../../services/wall-api/core/problem.ts';
import { generatedHeading, markdownTable } from './markdown.ts';

export function problemsReference(): string {
  const own = Object.entries(GATEWAY_PROBLEMS).filter(([slug]) => !Object.hasOwn(REQUEST_PROBLEMS, slug));
  return `${generatedHeading('Problems', "the services' `core/problem.ts`")}

What is refused is answered as \`application/problem+json\` (RFC 9457). Types are relative to the API that answers, which
serves each as a page, and keep their meaning for good.

## A phone

${problemsTable(PROBLEMS)}

## A gateway

Besides those that every API has (from \`malformed-json\` to \`internal-error\`):

${problemsTable(Object.fromEntries(own))}
`;
}

function problemsTable(problems: ProblemCatalogue): string {
  const rows = Object.entries(problems).map(([slug, { status, title, description }]) => [
    `\`${problemType(slug)}\``,
    String(status),
    title,
    description,
  ]);
  return markdownTable(['type', 'status', 'title', 'what it means, and what to do'], rows);
}
