/** Why a post is here: which interest, how near, which phone named it, and how it came. */
import type { Post, Why } from '../../../services/wall-api/client/contract.ts';
import { Dialog } from './dialog.tsx';

export interface WhyProps {
  readonly why: Why;
  readonly post: Post;
  readonly close: () => void;
}

export function WhyDialog({ why, post, close }: WhyProps) {
  return (
    <Dialog title="Why you see this" close={close}>
      <p class="reason">{reasonOf(why)}</p>
      <dl class="facts">
        {factsOf(why).map(([name, value]) => (
          <Fact key={name} name={name} value={value} />
        ))}
        <Fact name="Phone that sent it" value={post.served.phone ?? 'this phone'} />
        <Fact name="Phones asked on the way" value={String(post.served.hops)} />
        <Fact name="Time it took" value={`${post.served.milliseconds.toFixed(1)} ms`} />
        <Fact name="Signature" value="checked on this phone: it is its author’s" />
      </dl>
      {why.strategy === 'nearest' && (
        <p>
          <a href="#/interests">See and steer your interests</a>
        </p>
      )}
    </Dialog>
  );
}

function Fact({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

/** In a few words, for the line above a post as well. */
export function reasonOf(why: Why): string {
  switch (why.strategy) {
    case 'nearest':
      return `Near to what you care about: ${why.interest.label}`;
    case 'friends':
      return `${why.friend.name ?? 'The author'} is your friend`;
    case 'recent':
      return 'One of everybody’s newest posts';
    case 'random':
      return 'Drawn by chance, for comparison';
  }
}

function factsOf(why: Why): readonly (readonly [string, string])[] {
  switch (why.strategy) {
    case 'nearest':
      return [
        ['Likeness to this interest', `${Math.round(100 * why.similarity)} of 100`],
        ['Phone whose index named it', why.phone ?? 'this phone'],
      ];
    case 'friends':
      return [];
    case 'recent':
      return [
        ['Day', why.day],
        ['Part of that day’s posts', `${why.shard + 1} of 8`],
      ];
    case 'random':
      return [
        ['Key that was drawn', why.key],
        ['Distance on the ring', `${(100 * why.distanceOfRing).toFixed(2)} % of it`],
      ];
  }
}
