/** The wall: posts by the strategy of choice, with one's own to write above them. */
import { useSignal } from '@preact/signals';
import { Composer } from '../parts/composer.tsx';
import { FeedList } from '../parts/feed-list.tsx';
import { Empty } from '../parts/notice.tsx';
import { me } from '../state/session.ts';
import { keep, recall } from '../state/storage.ts';

const STRATEGIES = [
  {
    name: 'nearest',
    label: 'For you',
    about: 'Posts near to what you care about, from people you may never have met.',
    isPersonal: true,
  },
  { name: 'friends', label: 'Friends', about: 'Your friends’ posts, newest first.', isPersonal: true },
  { name: 'recent', label: 'Newest', about: 'Everybody’s public posts, newest first.', isPersonal: false },
  {
    name: 'random',
    label: 'Random',
    about: 'Drawn by chance: a wall without any choice, to compare with.',
    isPersonal: false,
  },
] as const;

type Strategy = (typeof STRATEGIES)[number]['name'];

export function FeedPage() {
  const name = useSignal<Strategy>(recall<Strategy>('strategy') ?? (me.value === undefined ? 'recent' : 'nearest'));
  const choose = (chosen: Strategy): void => {
    name.value = chosen;
    keep('strategy', chosen);
  };
  const { about, isPersonal } = STRATEGIES.find((strategy) => strategy.name === name.value)!;
  return (
    <>
      <h1 class="hidden">Your wall</h1>
      <div class="tabs" role="group" aria-label="Which posts">
        {STRATEGIES.map((strategy) => (
          <button
            key={strategy.name}
            type="button"
            aria-pressed={strategy.name === name.value}
            onClick={() => choose(strategy.name)}
          >
            {strategy.label}
          </button>
        ))}
      </div>
      <p class="hint">{about}</p>
      {me.value !== undefined && <Composer />}
      {isPersonal && me.value === undefined ? (
        <Empty>
          <a href="#/welcome">Join</a> to see posts to your taste. <b>Newest</b> shows what is public.
        </Empty>
      ) : (
        <FeedList key={`${name.value} ${me.value?.id ?? ''}`} strategy={name.value} />
      )}
    </>
  );
}
