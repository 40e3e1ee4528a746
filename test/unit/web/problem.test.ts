/** Answers that are problems become words that say what to do. */
import { expect, test } from 'vitest';
import { PROBLEMS as GATEWAY_PROBLEMS } from '../../../services/gateway/core/problem.ts';
import { PROBLEMS as WALL_PROBLEMS } from '../../../services/wall-api/core/problem.ts';
import { ADVICE } from '../../../web/shared/advice.ts';
import { faultText, ProblemError, readProblem, UnreachableError } from '../../../web/shared/problem.ts';

async function wordsOf(status: number, body: string, headers: Record<string, string> = {}): Promise<string> {
  return faultText(await readProblem(new Response(body, { status, headers })));
}

function document(slug: string, more: object = {}): string {
  return JSON.stringify({ type: `/problems/${slug}`, title: 'It cannot be', status: 502, ...more });
}

test('the detail is told rather than the title, and what to do about it', async () => {
  expect(await wordsOf(502, document('phone-unreachable', { detail: 'Phone 3 is dead.' }))).toBe(
    'Phone 3 is dead. It may be dead: ask another phone, or start it again in the lab.',
  );
  expect(await wordsOf(409, document('lab-refused'))).toBe('It cannot be.');
});

test('how long to wait is said where the answer says it', async () => {
  expect(await wordsOf(429, document('rate-limited'), { 'retry-after': '4' })).toBe(
    'It cannot be. Try again in 4 seconds.',
  );
  expect(await wordsOf(503, document('no-phones'), { 'retry-after': '1' })).toBe(
    'It cannot be. Try again in 1 second.',
  );
});

test.each(['', 'Bad Gateway', '<html>', '"text"', 'null', '[]'])(
  'an answer that is no problem, %j, has words, too',
  async (body) => {
    expect(await wordsOf(502, body)).toBe('It was answered with 502. Try again in a moment.');
  },
);

test('silence is told as such, and whatever else went wrong by its message', () => {
  expect(faultText(new UnreachableError('The gateway', undefined))).toBe(
    'The gateway cannot be reached. It may be off, or you may be offline.',
  );
  expect(faultText(new RangeError('out of range'))).toBe('out of range');
});

test('a problem keeps its type and status for who decides by them', async () => {
  const problem = await readProblem(new Response(document('over-quota'), { status: 507 }));
  expect(problem).toBeInstanceOf(ProblemError);
  expect(problem).toMatchObject({ status: 507, slug: 'over-quota', retryAfterS: undefined });
});

test('there is advice only on problems that there are', () => {
  expect(Object.keys(ADVICE).filter((slug) => !(slug in GATEWAY_PROBLEMS) && !(slug in WALL_PROBLEMS))).toEqual([]);
});
