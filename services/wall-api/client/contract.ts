/**
 * What the wall API answers, as types for programs in TypeScript: those of the schemas that its routes are checked
 * against, so they cannot differ from what a phone sends. Types alone: nothing of the server is loaded.
 */

import type { ProblemSchema } from '../../shared/http/schema.ts';
import type { Static } from '../../shared/http/type.ts';
import type { BlockSchema } from '../routes/blocks.ts';
import type { FeedSchema, WhySchema } from '../routes/feed.ts';
import type { FriendshipSchema, FriendsSchema } from '../routes/friends.ts';
import type { IdentitySchema } from '../routes/identity.ts';
import type { InterestsSchema } from '../routes/interests.ts';
import type { ListedPostSchema } from '../routes/listed-posts.ts';
import type { UploadedSchema } from '../routes/media.ts';
import type { MediaSchema } from '../routes/media-view.ts';
import type { LookupSchema, RingSchema, SelfSchema } from '../routes/network.ts';
import type { NotificationSchema } from '../routes/notification-view.ts';
import type { ProfileSchema } from '../routes/people.ts';
import type { AudienceSchema, PostSchema, PublishedSchema } from '../routes/post-view.ts';
import type { VersionSchema } from '../routes/posts.ts';
import type { OwnProfileSchema } from '../routes/profile.ts';
import type { KindSchema, ReactionsSchema } from '../routes/reaction-view.ts';
import type { CustodySchema } from '../routes/schema.ts';
import type { SearchSchema } from '../routes/search.ts';
import type { EntrySchema, ReplySchema, ThreadSchema } from '../routes/threads.ts';
import type { ZonesSchema } from '../routes/zones.ts';

export type Audience = Static<typeof AudienceSchema>;
export type Block = Static<typeof BlockSchema>;
export type Custody = Static<typeof CustodySchema>;
export type Feed = Static<typeof FeedSchema>;
export type FeedItem = Feed['items'][number];
export type Friends = Static<typeof FriendsSchema>;
export type Friendship = Static<typeof FriendshipSchema>;
export type Identity = Static<typeof IdentitySchema>;
export type Interests = Static<typeof InterestsSchema>;
export type Lookup = Static<typeof LookupSchema>;
export type Media = Static<typeof MediaSchema>;
export type Notification = Static<typeof NotificationSchema>;
export type OwnProfile = Static<typeof OwnProfileSchema>;
/** A post of a list or thread. */
export type ListedPost = Static<typeof ListedPostSchema>;
export type Post = Static<typeof PostSchema>;
export type Problem = Static<typeof ProblemSchema>;
export type Profile = Static<typeof ProfileSchema>;
export type PublishedPost = Static<typeof PublishedSchema>;
export type ReactionKind = Static<typeof KindSchema>;
export type Reactions = Static<typeof ReactionsSchema>;
export type Ring = Static<typeof RingSchema>;
export type Search = Static<typeof SearchSchema>;
export type Self = Static<typeof SelfSchema>;
export type Thread = Static<typeof ThreadSchema>;
export type ThreadEntry = Static<typeof EntrySchema>;
export type ThreadReply = Static<typeof ReplySchema>;
export type UploadedMedia = Static<typeof UploadedSchema>;
export type Version = Static<typeof VersionSchema>;
export type Why = Static<typeof WhySchema>;

export type Zones = Static<typeof ZonesSchema>;

/** A page of a list. `complete: false`: too few phones answered to be sure that nothing is missing. */
export interface Page<Item> {
  readonly items: readonly Item[];
  /** For the next page; null at the end. */
  readonly cursor: string | null;
  readonly complete: boolean;
}
