/** Reactions as the API shows them. */
import { type Static, Type } from '../../shared/http/type.ts';
import type { ReactionSummary } from '../core/posts/reactions.ts';

export const KindSchema = Type.Union([
  Type.Literal('like'),
  Type.Literal('love'),
  Type.Literal('laugh'),
  Type.Literal('wow'),
  Type.Literal('sad'),
  Type.Literal('angry'),
]);

export const ReactionsSchema = Type.Object(
  {
    counts: Type.Object(
      {
        like: Type.Integer(),
        love: Type.Integer(),
        laugh: Type.Integer(),
        wow: Type.Integer(),
        sad: Type.Integer(),
        angry: Type.Integer(),
      },
      { additionalProperties: false },
    ),
    mine: Type.Array(KindSchema, { description: 'Your own; empty when nobody is logged in.' }),
    complete: Type.Boolean({ description: 'False: there may be more. The counts are a lower bound.' }),
  },
  { additionalProperties: false },
);

export function reactionsText({ counts, mine, complete }: ReactionSummary): Static<typeof ReactionsSchema> {
  return { counts, mine: [...mine], complete };
}
