/** For whom a friends-only post is sealed. */
import type { Id } from '../../../shared/core/id.ts';
import type { Friends } from '../friends/friends.ts';
import type { UnlockedPerson } from '../identity/person.ts';
import { Problem } from '../problem.ts';
import { MAX_RECIPIENTS } from '../seal.ts';

export interface Recipients {
  /** X25519 public keys, the author's own first. */
  readonly keys: readonly Uint8Array[];
  /** Those whose key is out of reach or unusable. */
  readonly leftOut: readonly Id[];
}

/**
 * The author's friends and, of an answer, whom it answers. Throws ring-unavailable when it is not known who all of
 * the friends are: sealing for some of them in silence would be half a post.
 */
export async function findRecipients(
  friends: Friends,
  author: UnlockedPerson,
  answered: Id | undefined,
): Promise<Recipients> {
  const { people, complete } = await friends.friendsOf(author.person);
  if (!complete) {
    throw new Problem('ring-unavailable', 'Too few phones answered to know all of your friends.', { retryAfterS: 2 });
  }
  const others = new Set(answered === undefined ? people : [...people, answered]);
  others.delete(author.person);
  const keys = [author.sealing.publicKey];
  const leftOut: Id[] = [];
  for (const [person, key] of await friends.sealingKeysOf([...others], author)) {
    if (key === undefined || keys.length === MAX_RECIPIENTS) leftOut.push(person);
    else keys.push(key);
  }
  return { keys, leftOut };
}
