/**
 * What the feed of meanings is for: somebody new reacts to three posts on one topic, and gets more on that topic from
 * people they never met, each post with its reason. On real phones, as `npm start -- --phones 16` makes them.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCorpus } from '../../testnet/people/corpus.ts';
import { readPeople } from '../../testnet/people/people.ts';
import { Testnet } from '../../testnet/testnet.ts';
import { eventually } from './eventually.ts';
import { type PostBody, request, WallClient } from './wall-client.ts';

const PHONES = 16;
/** Topics of the invented posts whose meaning the encoder tells apart well; there are twelve, so chance gives one in twelve. */
const TOPICS = ['cooking', 'music'];
const REACTIONS = 3;
/** Posts of a first page, of which two places go to what is new. */
const SHOWN = 12;
const NEAREST_SHOWN = 10;
/** Of those, at least; the encoder itself, asked for the nearest of all posts, gives six. */
const ON_TOPIC = 4;

interface FeedItem {
  readonly post: PostBody;
  readonly why: { readonly strategy: string };
}
interface FeedBody {
  readonly items: readonly FeedItem[];
  readonly cursor: string | null;
  readonly contacted?: number;
  readonly complete: boolean;
}

describe('a newcomer on a testnet of 16 phones', () => {
  let net: Testnet;
  /** Topics of the posts, by text; a reply is on the topic of what it answers. */
  const topics = new Map<string, string>();

  beforeAll(async () => {
    for (const { topic, text, replies } of (await readCorpus()).posts) {
      for (const said of [text, ...replies]) topics.set(said, topic);
    }
    net = await Testnet.start({ phones: PHONES, seed: 7 });
  });

  afterAll(async () => {
    await net?.[Symbol.asyncDispose]();
  });

  const isOn = (topic: string, { post }: FeedItem): boolean => topics.get(post.text) === topic;
  const nearestOf = (items: readonly FeedItem[]): FeedItem[] => items.filter(({ why }) => why.strategy === 'nearest');

  /** A full page of a feed, which the phones it takes were all asked for. */
  const fullPage = async (reader: WallClient, query: string, length: number): Promise<FeedBody | undefined> => {
    const { status, body } = await reader.get<FeedBody>(`/v1/feed?${query}&limit=${length}`);
    expect(status).toBe(200);
    return body.complete && body.items.length === length ? body : undefined;
  };

  /** A first page of what is near to the newcomer, once enough of it is on the topic. */
  const pageOn = (topic: string, newcomer: WallClient): Promise<FeedBody> =>
    eventually(`the feed is on ${topic}`, async () => {
      const page = await fullPage(newcomer, 'strategy=nearest', SHOWN);
      const nearest = nearestOf(page?.items ?? []);
      return nearest.length === NEAREST_SHOWN && nearest.filter((item) => isOn(topic, item)).length >= ON_TOPIC && page;
    });

  it.each(TOPICS)('gets a feed on %s after three reactions, each post with its reason', async (topic) => {
    const { api } = net.phone(PHONES - TOPICS.indexOf(topic));
    const newcomer = await WallClient.signUp(api, `Newcomer to ${topic}`);
    const before = await eventually('a first page is there', () => fullPage(newcomer, 'strategy=nearest', 5));
    expect(nearestOf(before.items)).toEqual([]);
    const liked = await eventually(`enough of the newest posts are on ${topic}`, async () => {
      const { body } = await newcomer.get<FeedBody>('/v1/feed?strategy=recent&limit=100');
      const fitting = body.items.filter((item) => isOn(topic, item)).slice(0, REACTIONS);
      return fitting.length === REACTIONS && fitting;
    });
    for (const { post } of liked) {
      await eventually('the reaction is kept', async () => {
        return (await newcomer.send('PUT', `/v1/posts/${post.id}/reactions/like`)).status === 200;
      });
    }

    const page = await pageOn(topic, newcomer);
    const nearest = nearestOf(page.items);
    expect(page.contacted).toBeGreaterThan(0);
    const beginnings = liked.map(({ post }) => post.text.slice(0, 20));
    for (const { why } of nearest) {
      expect(why).toMatchObject({
        interest: { id: expect.any(String), label: expect.any(String) },
        similarity: expect.any(Number),
        phone: expect.stringMatching(/^[0-9a-f]{32}$/),
      });
      const { label } = (why as unknown as { interest: { label: string } }).interest;
      expect(beginnings).toContain(label.slice(0, 20));
    }
    // Nobody of them is known to the newcomer: no friend, and most of them wrote none of the three posts either.
    const friends = await newcomer.get<{ friends: unknown[] }>('/v1/friends');
    expect(friends.body.friends).toEqual([]);
    const people = new Set((await readPeople(net.dataDir)).map(({ id }) => id));
    const authors = new Set(nearest.map(({ post }) => post.author));
    for (const author of authors) expect(people).toContain(author);
    const met = new Set(liked.map(({ post }) => post.author));
    expect([...authors].filter((author) => !met.has(author)).length).toBeGreaterThan(2);
    // What one reacted to does not come back, and no page repeats another.
    const further = `strategy=nearest&cursor=${encodeURIComponent(page.cursor!)}`;
    const next = await eventually('a second page is there', () => fullPage(newcomer, further, SHOWN));
    const shown = [...page.items, ...next.items].map(({ post }) => post.id);
    expect(shown).toHaveLength(2 * SHOWN);
    expect(new Set([...shown, ...liked.map(({ post }) => post.id)]).size).toBe(2 * SHOWN + REACTIONS);
  });

  it('finds a post by its meaning on another phone as soon as it is indexed', async () => {
    const author = await WallClient.signUp(net.phone(3).api, 'Author');
    const post = await author.publish('My submarine sandwich has a periscope made of celery.');
    const search = `${net.phone(11).api}/v1/search?q=${encodeURIComponent('a submarine with a periscope')}&limit=3`;
    const found = await eventually('the post is found', async () => {
      const { body } = await request<FeedBody & { contacted: number; understood: boolean }>(search);
      return body.items[0]?.post.id === post.id && body.complete && body;
    });
    expect(found.understood).toBe(true);
    expect(found.contacted).toBeGreaterThan(0);
  });
});
