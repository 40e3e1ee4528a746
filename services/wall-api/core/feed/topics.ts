/** Topics to begin with, for those who have neither written nor reacted yet. The phrase is what the encoder reads. */
export interface Topic {
  readonly name: string;
  readonly phrase: string;
}

export const TOPICS: readonly Topic[] = [
  { name: 'astronomy', phrase: 'Stars, planets, telescopes and the night sky.' },
  { name: 'books', phrase: 'Novels, authors and what I am reading.' },
  { name: 'cooking', phrase: 'A recipe: cooking, baking, ingredients and a good dinner.' },
  { name: 'computers', phrase: 'Computers, programming, software and code.' },
  { name: 'cycling', phrase: 'Riding a bicycle, bike tours and bike lanes.' },
  { name: 'family', phrase: 'Children, parents and family life.' },
  { name: 'film', phrase: 'A film, a series, actors and the cinema.' },
  { name: 'football', phrase: 'Football matches, goals and the league.' },
  { name: 'games', phrase: 'Playing video games and board games.' },
  { name: 'gardening', phrase: 'The garden: plants, flowers, vegetables and soil.' },
  { name: 'health', phrase: 'Health, doctors, exercise and sleep.' },
  { name: 'history', phrase: 'History, wars and people of the past.' },
  { name: 'humour', phrase: 'A joke that makes people laugh.' },
  { name: 'music', phrase: 'Music, songs, concerts and instruments.' },
  { name: 'nature', phrase: 'Birds, animals, forests and hiking in nature.' },
  { name: 'pets', phrase: 'My cat, my dog and other pets.' },
  { name: 'photography', phrase: 'Taking pictures with a camera and light.' },
  { name: 'politics', phrase: 'Politics, government, elections and laws.' },
  { name: 'science', phrase: 'Science, experiments, physics and biology.' },
  { name: 'travel', phrase: 'Travelling, trains, cities and holidays.' },
  { name: 'weather', phrase: 'The weather: rain, snow, sun and storms.' },
  { name: 'work', phrase: 'Work, the office, colleagues and money.' },
];

export function topicNamed(name: string): Topic | undefined {
  return TOPICS.find((topic) => topic.name === name);
}
