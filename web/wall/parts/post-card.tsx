/** One post, with everything that can be done to it. */
import { useSignal } from '@preact/signals';
import type { ListedPost, Why } from '../../../services/wall-api/client/contract.ts';
import { blockedNow } from '../state/blocks.ts';
import { me } from '../state/session.ts';
import { Avatar } from './avatar.tsx';
import { Icon } from './icon.tsx';
import { Moment } from './moment.tsx';
import { Picture } from './picture.tsx';
import { PostMenu } from './post-menu.tsx';
import { PostText } from './post-text.tsx';
import { ReactionBar } from './reaction-bar.tsx';
import { reasonOf, WhyDialog } from './why.tsx';

export interface PostCardProps {
  readonly post: ListedPost;
  readonly why?: Why;
  /** The post was edited, deleted, or should no longer be shown. */
  readonly onChange?: (post: ListedPost | undefined) => void;
  /** On its own page: no link to itself. */
  readonly isMain?: boolean;
}

export function PostCard({ post, why, onChange, isMain = false }: PostCardProps) {
  const isAsking = useSignal(false);
  const name = post.authorName ?? 'Somebody';
  if (blockedNow.value.has(post.author)) return isMain ? <p class="post gone">By somebody you blocked.</p> : null;
  return (
    <article class="post" data-post={post.id} aria-label={`Post by ${name}`}>
      {why !== undefined && (
        <button type="button" class="why" onClick={() => (isAsking.value = true)}>
          <Icon name="info" /> <span>{reasonOf(why)}</span>
        </button>
      )}
      <header>
        <Avatar id={post.author} />
        <div class="byline">
          <a class="author" dir="auto" title={name} href={`#/person/${post.author}`}>
            {name}
          </a>
          <span class="meta">
            <Moment at={post.createdAt} />
            {post.editedAt !== undefined && ' · edited'}
            {' · '}
            <span class="audience">
              <Icon name={post.audience === 'public' ? 'globe' : 'friends'} />
              {post.audience === 'public' ? 'Everybody' : 'Friends'}
            </span>
          </span>
        </div>
        {me.value !== undefined && <PostMenu post={post} onChange={onChange} />}
      </header>
      <PostText text={post.text} />
      {post.media.length > 0 && (
        <div class={post.media.length > 1 ? 'pictures' : ''}>
          {post.media.map((media) => (
            <Picture key={media.id} media={media} />
          ))}
        </div>
      )}
      {!post.complete && <p class="doubt">Too few phones answered to be sure that this is its newest version.</p>}
      <footer>
        <ReactionBar post={post} onChange={onChange} />
        {!isMain && (
          <a class="chip" href={`#/post/${post.id}`}>
            <Icon name="reply" /> {post.inReplyTo === undefined ? 'Replies' : 'Conversation'}
          </a>
        )}
      </footer>
      {isAsking.value && why !== undefined && (
        <WhyDialog why={why} post={post} close={() => (isAsking.value = false)} />
      )}
    </article>
  );
}
