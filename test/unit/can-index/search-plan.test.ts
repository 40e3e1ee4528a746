/** What a search asks next: phones count for what nobody who was asked has looked at. */
import { describe, expect, it } from 'vitest';
import {
  fingerprintOf,
  isQuestion,
  type Question,
  questionOf,
  vectorOf,
} from '../../../services/can-index/core/search/question.ts';
import type { Candidate, EntriesFound, Hit } from '../../../services/can-index/core/search/search-message.ts';
import { SearchPlan } from '../../../services/can-index/core/search/search-plan.ts';
import type { Contact } from '../../../services/shared/core/contact.ts';
import type { Id } from '../../../services/shared/core/id.ts';

const SALT = 7;
const QUESTION: Question = Int8Array.of(127, 0);

function idOf(n: number): Id {
  return n.toString(16).padStart(32, '0') as Id;
}

function phone(n: number): Contact {
  return { id: idOf(n), address: `10.0.0.${n}:7400` };
}

function hit(post: number, similarity: number): Hit {
  return { post: idOf(post), author: idOf(99), createdAtMs: 0, similarity, place: undefined };
}

function candidate(post: number, estimate: number, ...at: number[]): Candidate {
  return { post: idOf(post), estimate, at: at.map(phone) };
}

function answer(hits: readonly Hit[], candidates: readonly Candidate[] = []): EntriesFound {
  return { type: 'entries-found', finds: [{ hits, candidates, adverts: [] }] };
}

/** Of a search for the two nearest of each question. */
function planOf(questions: readonly Question[] = [QUESTION]): SearchPlan {
  return new SearchPlan(questions, 2, SALT);
}

describe('the plan of a search', () => {
  it('asks the phone that keeps most of what is likely among the nearest', () => {
    const plan = planOf();
    plan.learn(idOf(1), answer([], [candidate(10, 0.9, 2), candidate(11, 0.9, 3), candidate(12, 0.9, 3, 4)]));
    expect(plan.next()!.contact).toEqual(phone(3));
    expect(plan.next()!.gain).toBeGreaterThan(1.9);
  });

  it('counts no post that a phone keeps which is being asked, unless that one fails', () => {
    const plan = planOf();
    plan.learn(idOf(1), answer([], [candidate(10, 0.9, 3, 4), candidate(11, 0.9, 3), candidate(12, 0.6, 5)]));
    plan.asked(idOf(3));
    expect(plan.next()!.contact).toEqual(phone(5));
    plan.failed(idOf(3));
    expect(plan.next()!.contact).toEqual(phone(4));
  });

  it('counts no post that a phone keeps which has answered', () => {
    const plan = planOf();
    plan.learn(idOf(1), answer([hit(20, 0.5), hit(21, 0.4)], [candidate(10, 0.9, 2, 3)]));
    plan.asked(idOf(2));
    plan.learn(idOf(2), answer([hit(22, 0.6)]));
    expect(plan.next()).toBeUndefined();
    plan.learn(idOf(4), answer([], [candidate(10, 0.9, 2, 3)]));
    expect(plan.next()).toBeUndefined();
  });

  it('says how near a post has to be once it has as many as are wanted, and what it knows', () => {
    const plan = planOf();
    expect(plan.asking).toEqual({ asked: [{ question: QUESTION, floor: -1, posts: [] }], salt: SALT, phones: [] });
    plan.learn(idOf(1), answer([hit(20, 0.5)]));
    expect(plan.asking.asked[0]!.floor).toBe(-1);
    plan.learn(idOf(2), answer([hit(21, 0.7), hit(22, 0.6)]));
    const posts = [21, 22].map((n) => fingerprintOf(idOf(n), SALT));
    const phones = [1, 2].map((n) => fingerprintOf(idOf(n), SALT));
    expect(plan.asking).toEqual({ asked: [{ question: QUESTION, floor: 0.6, posts }], salt: SALT, phones });
  });

  it('asks the phone that adds most to all questions together, and that one once', () => {
    const plan = planOf([QUESTION, Int8Array.of(0, 127)]);
    const finds = [
      { hits: [hit(20, 0.9)], candidates: [candidate(10, 0.9, 2), candidate(11, 0.9, 3)], adverts: [] },
      { hits: [], candidates: [candidate(12, 0.9, 3)], adverts: [] },
    ];
    plan.learn(idOf(1), { type: 'entries-found', finds });
    expect(plan.next()).toMatchObject({ contact: phone(3) });
    expect(plan.next()!.gain).toBeGreaterThan(1.9);
    plan.asked(idOf(3));
    expect(plan.next()!.contact).toEqual(phone(2));
    const nothing = { hits: [], candidates: [], adverts: [] };
    plan.learn(idOf(3), { type: 'entries-found', finds: [nothing, { ...nothing, hits: [hit(12, 0.8)] }] });
    expect(plan.questions.map(({ hits }) => hits.map(({ post }) => post))).toEqual([[idOf(20)], [idOf(12)]]);
    expect(plan.asking.phones).toHaveLength(2);
  });
});

describe('a question', () => {
  it('points where the vector does, to about a hundredth', () => {
    const vector = Float32Array.from({ length: 512 }, (_, i) => Math.sin(i * i));
    const length = Math.hypot(...vector);
    const read = vectorOf(questionOf(vector)!);
    expect(Math.hypot(...read)).toBeCloseTo(1, 5);
    expect(Math.hypot(...read.map((value, i) => value - vector[i]! / length))).toBeLessThan(0.01);
  });

  it.each([
    ['all zero', new Float32Array(4)],
    ['not finite', Float32Array.of(1, Number.NaN, 0, 0)],
    ['infinite', Float32Array.of(1, Number.POSITIVE_INFINITY, 0, 0)],
  ])('is none where the vector is %s', (_what, vector) => {
    expect(questionOf(vector)).toBeUndefined();
    expect(isQuestion(new Int8Array(4), 4)).toBe(false);
  });

  it('has other fingerprints of the same ids with another salt', () => {
    const [a, b] = [idOf(1), idOf(2)];
    expect(fingerprintOf(a, 1)).not.toBe(fingerprintOf(a, 2));
    expect(fingerprintOf(a, 1)).not.toBe(fingerprintOf(b, 1));
    expect(fingerprintOf(a, 1)).toBe(fingerprintOf(a, 1));
  });
});
