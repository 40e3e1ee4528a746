/** The ways to react to a post: few and fixed, so that counts are comparable and a slot a kind is a bound. */
export const REACTION_KINDS = ['like', 'love', 'laugh', 'wow', 'sad', 'angry'] as const;

export type ReactionKind = (typeof REACTION_KINDS)[number];

export function isReactionKind(value: unknown): value is ReactionKind {
  return REACTION_KINDS.some((kind) => kind === value);
}
