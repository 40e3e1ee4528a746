/** What happened to whoever is logged in. */
import { useEffect } from 'preact/hooks';
import type { Notification, Page } from '../../../services/wall-api/client/contract.ts';
import { Avatar } from '../parts/avatar.tsx';
import { Moment } from '../parts/moment.tsx';
import { More } from '../parts/more.tsx';
import { Empty, Partial } from '../parts/notice.tsx';
import { useChange, useGrowingPages } from '../state/loading.ts';
import { markRead, notified } from '../state/news.ts';
import { api } from '../state/session.ts';

export function NotificationsPage() {
  const pages = useGrowingPages<Notification>('notifications', (cursor, signal) =>
    api.ask<Page<Notification>>('/v1/notifications', { query: { cursor }, signal }),
  );
  useChange(notified, pages.refresh);
  const newest = pages.items[0];
  useEffect(() => {
    // A mark that does not arrive is set with the next visit.
    if (newest?.unread === true) void markRead(newest).catch(() => undefined);
  }, [newest?.id]);
  return (
    <>
      <h1>Activity</h1>
      {!pages.isComplete && (
        <Partial what="Some phones did not answer: something may be missing." retry={pages.reload} />
      )}
      <ul class="notifications">
        {pages.items.map((notification) => (
          <li key={notification.id} class={notification.unread ? 'unread' : ''}>
            <Avatar id={notification.from.id} />
            <a href={targetOf(notification)}>{sentenceOf(notification)}</a>
            <span class="space" />
            <span class="meta">
              {notification.unread && <span class="hidden">New. </span>}
              <Moment at={notification.createdAt} />
            </span>
          </li>
        ))}
      </ul>
      {pages.items.length === 0 && !pages.isLoading && pages.error === undefined && <Empty>Nothing yet.</Empty>}
      <More pages={pages} what="what happened" />
    </>
  );
}

function sentenceOf(notification: Notification): string {
  const name = notification.from.name ?? 'Somebody';
  switch (notification.type) {
    case 'reply':
      return `${name} answered your post`;
    case 'reaction':
      return `${name} reacted to your post: ${notification.kind}`;
    case 'friend-request':
      return `${name} asks to be your friend`;
    case 'friend-accepted':
      return `${name} is your friend now`;
  }
}

function targetOf(notification: Notification): string {
  if (notification.type === 'reply' || notification.type === 'reaction') return `#/post/${notification.post}`;
  return `#/person/${notification.from.id}`;
}
