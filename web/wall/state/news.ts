/** What happens while the page is open: notifications, and friends' new posts. */
import { signal } from '@preact/signals';
import type { Notification, Page } from '../../../services/wall-api/client/contract.ts';
import { listen } from '../api/live.ts';
import { api, me } from './session.ts';

/** Notifications not read yet, of the newest page. */
export const unread = signal(0);
/** Friends' posts since the feed was last read. */
export const newPosts = signal(0);
/** Goes up with every notification: lists that show them read again. */
export const notified = signal(0);

/** Follows the events of whoever is logged in, until the function it gives is called. */
export function followNews(): () => void {
  const controller = new AbortController();
  void countUnread();
  void listen(api, ({ type }) => onEvent(type), controller.signal);
  return () => controller.abort();
}

function onEvent(type: string): void {
  if (type === 'post') newPosts.value++;
  if (type === 'gap') newPosts.value = Math.max(1, newPosts.peek());
  if (type !== 'post') void countUnread();
}

let isCounting = false;
let isCountDue = false;

/** Counts anew; events that come in meanwhile, however many, are one more count. */
async function countUnread(): Promise<void> {
  isCountDue = true;
  if (isCounting) return;
  isCounting = true;
  while (isCountDue && me.peek() !== undefined) {
    isCountDue = false;
    try {
      const { items } = await api.ask<Page<Notification>>('/v1/notifications');
      unread.value = items.filter((item) => item.unread).length;
      notified.value++;
    } catch {
      // The page of notifications says what is wrong.
    }
  }
  isCounting = false;
}

/** Marks everything up to the newest as read, here and on every other phone. */
export async function markRead(newest: Notification): Promise<void> {
  unread.value = 0;
  await api.ask('/v1/notifications/read', { method: 'PUT', body: { readUntil: newest.createdAt } });
}
