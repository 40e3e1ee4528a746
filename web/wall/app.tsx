/** The frame of every page: where to go, what is shown, and whether the phone is there. */
import type { ComponentChildren, VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { FeedPage } from './pages/feed.tsx';
import { InterestsPage } from './pages/interests.tsx';
import { NotificationsPage } from './pages/notifications.tsx';
import { PeoplePage } from './pages/people.tsx';
import { PersonPage } from './pages/person.tsx';
import { SearchPage } from './pages/search.tsx';
import { ThreadPage } from './pages/thread.tsx';
import { WelcomePage } from './pages/welcome.tsx';
import { YouPage } from './pages/you.tsx';
import { Avatar } from './parts/avatar.tsx';
import { Icon, type IconName } from './parts/icon.tsx';
import { Empty } from './parts/notice.tsx';
import { followNews, unread } from './state/news.ts';
import { hasNewVersion, useNewVersion } from './state/page-version.ts';
import { type Route, route } from './state/route.ts';
import { isReached, me } from './state/session.ts';
import { returnToPlace } from './state/visits.ts';

const PLACES: readonly { readonly page: string; readonly label: string; readonly icon: IconName }[] = [
  { page: 'feed', label: 'Wall', icon: 'home' },
  { page: 'search', label: 'Search', icon: 'search' },
  { page: 'people', label: 'People', icon: 'friends' },
  { page: 'notifications', label: 'Activity', icon: 'bell' },
  { page: 'interests', label: 'Interests', icon: 'tune' },
  { page: 'you', label: 'You', icon: 'person' },
];
/** Pages about whoever is logged in. */
const OWN_PAGES = new Set(['people', 'notifications', 'interests', 'you']);

export function App() {
  const person = me.value;
  useEffect(() => (person === undefined ? undefined : followNews()), [person?.id]);
  return (
    <>
      <a class="skip" href="#main" onClick={focusMain}>
        To the posts
      </a>
      <header class="top">
        <a class="brand" href="#/feed">
          Ringwall
        </a>
        <span class="space" />
        {person === undefined ? (
          <a class="button primary" href="#/welcome">
            Join
          </a>
        ) : (
          <a class="self" href={`#/person/${person.id}`}>
            <Avatar id={person.id} /> {person.name}
          </a>
        )}
      </header>
      <Banners />
      <Places />
      <Main>{pageOf(route.value)}</Main>
    </>
  );
}

/** What is to be known on every page: that the phone is out of reach, that a newer page is there. */
function Banners() {
  return (
    <>
      {!isReached.value && (
        <p class="banner" role="status">
          {navigator.onLine ? 'This phone cannot be reached.' : 'You are offline.'} What you see may be old; what you
          write is kept on this device.
        </p>
      )}
      {hasNewVersion.value && (
        <p class="banner" role="status">
          A newer version of this page is here.{' '}
          <button type="button" class="quiet" onClick={useNewVersion}>
            Use it
          </button>
        </p>
      )}
    </>
  );
}

function Places() {
  return (
    <nav class="places" aria-label="Pages">
      {PLACES.map(({ page, label, icon }) => (
        <a key={page} href={`#/${page}`} aria-current={route.value.page === page ? 'page' : undefined}>
          <Icon name={icon} />
          <span>{label}</span>
          {page === 'notifications' && unread.value > 0 && (
            <b class="badge">
              {unread.value}
              <span class="hidden"> new</span>
            </b>
          )}
        </a>
      ))}
    </nav>
  );
}

/**
 * The page's content; the focus moves to it when another page is shown, so that a screen reader reads on there. Who goes
 * back is where they were.
 */
function Main({ children }: { readonly children: ComponentChildren }) {
  const main = useRef<HTMLElement>(null);
  const shown = useRef(route.peek());
  useEffect(() => {
    if (shown.current === route.value) return;
    shown.current = route.value;
    if (returnToPlace(main.current!)) return;
    scrollTo(0, 0);
    main.current!.focus({ preventScroll: true });
  }, [route.value]);
  return (
    <main id="main" ref={main} tabIndex={-1}>
      {children}
    </main>
  );
}

function focusMain(event: Event): void {
  event.preventDefault();
  document.querySelector<HTMLElement>('#main')?.focus();
}

function pageOf({ page, subject, query }: Route): VNode {
  if (me.value === undefined && OWN_PAGES.has(page)) return <WelcomePage />;
  switch (page) {
    case 'feed':
      return <FeedPage />;
    case 'welcome':
      return <WelcomePage />;
    case 'post':
      return <ThreadPage key={subject} id={subject} />;
    case 'person':
      return <PersonPage key={subject} id={subject} />;
    case 'people':
      return <PeoplePage />;
    case 'search':
      return <SearchPage key={query.get('q')} question={query.get('q') ?? ''} />;
    case 'notifications':
      return <NotificationsPage />;
    case 'interests':
      return <InterestsPage />;
    case 'you':
      return <YouPage />;
    default:
      return (
        <Empty>
          There is no such page. <a href="#/feed">To your wall</a>
        </Empty>
      );
  }
}
