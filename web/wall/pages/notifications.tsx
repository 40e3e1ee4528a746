/** What happened to whoever is logged in. */
import { useEffect, useRef } from 'preact/hooks';
import type { Notification, Page } from '../../../services/wall-api/client/contract.ts';
import { Avatar } from '../parts/avatar.tsx';
import { Moment } from '../parts/moment.tsx';
import { More } from '../parts/more.tsx';
import { Empty, Partial } from '../parts/notice.tsx';
import { ReactionSign } from '../parts/reaction-sign.tsx';
import { useChange, useGrowingPages } from '../state/loading.ts';
import { markRead, notified } from '../state/news.ts';
import {
  authorsOf,
  growGroups,
  kindsOf,
  type NotificationGroup,
  sentenceOf,
  targetOf,
} from '../state/notification-groups.ts';
import { api } from '../state/session.ts';

/** Of those a line is about. */
const SHOWN_FACES = 3;

export function NotificationsPage() {
  const pages = useGrowingPages<Notification>('notifications', (cursor, signal) =>
    api.ask<Page<Notification>>('/v1/notifications', { query: { cursor, texts: 'true' }, signal }),
  );
  useChange(notified, pages.refresh);
  const groups = useGroups(pages.items);
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
        {groups.map((group) => (
          <Line key={group.key} group={group} />
        ))}
      </ul>
      {pages.items.length === 0 && !pages.isLoading && pages.error === undefined && (
        <Empty>Nothing yet: answers, reactions and requests to be friends will be here.</Empty>
      )}
      <More pages={pages} what="what happened" />
    </>
  );
}

function Line({ group }: { readonly group: NotificationGroup }) {
  const { items } = group;
  const [newest] = items;
  const isUnread = items.some(({ unread }) => unread);
  return (
    <li class={isUnread ? 'unread' : ''}>
      <span class="faces">
        {authorsOf(items)
          .slice(0, SHOWN_FACES)
          .map(({ id }) => (
            <Avatar key={id} id={id} />
          ))}
      </span>
      <span class="happening">
        <a href={targetOf(group)}>{sentenceOf(group)}</a>
        <span class="meta">
          {kindsOf(items).map((kind) => (
            <ReactionSign key={kind} kind={kind} />
          ))}
          {isUnread && <span class="hidden">New. </span>}
          <Moment at={newest.createdAt} />
        </span>
        {'text' in newest && typeof newest.text === 'string' && newest.text !== '' && (
          <span class="excerpt" dir="auto">
            {newest.text}
          </span>
        )}
      </span>
    </li>
  );
}

function useGroups(items: readonly Notification[]): readonly NotificationGroup[] {
  const groups = useRef<readonly NotificationGroup[]>([]);
  const grouped = useRef<readonly Notification[]>([]);
  if (grouped.current !== items) {
    grouped.current = items;
    groups.current = growGroups(groups.current, items);
  }
  return groups.current;
}
