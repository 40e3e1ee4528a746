/** One post, with everything that can be done to it. */
import { useSignal } from '@preact/signals';
import type { ListedPost, Why } from '../../../services/wall-api/client/contract.ts';
import { me } from '../state/session.ts';
import { Avatar } from './avatar.tsx';
import { Icon } from './icon.tsx';
import { Moment } from './moment.tsx';
import { Picture } from './picture.tsx';
import { PostMenu } from './post-menu.tsx';
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
  return (
    <article class="post" aria-label={`Post by ${name}`}>
      {why !== undefined && (
        <button type="button" class="why" onClick={() => (isAsking.value = true)}>
          <Icon name="info" /> {reasonOf(why)}
        </button>
      )}
      <header>
        <Avatar id={post.author} />
        <div class="byline">
          <a class="author" href={`#/person/${post.author}`}>
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
      {post.text.trim() !== '' && (
        <p class="text" dir="auto">
          {post.text}
        </p>
      )}
      {post.media.map((media) => (
        <Picture key={media.id} media={media} />
      ))}
      {!post.complete && <p class="doubt">Too few phones answered to be sure that this is its newest version.</p>}
      <footer>
        <ReactionBar post={post} />
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
