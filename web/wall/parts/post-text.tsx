/** What somebody wrote, with its links to follow. Whoever made a page that is linked learns nothing of where it was linked. */
import { splitLinks } from '../state/links.ts';

export function PostText({ text }: { readonly text: string }) {
  if (text.trim() === '') return null;
  return (
    <p class="text" dir="auto">
      {splitLinks(text).map((part, i) =>
        'href' in part ? (
          <a key={i} href={part.href} title={part.href} target="_blank" rel="noopener noreferrer nofollow ugc">
            {part.text}
          </a>
        ) : (
          part.text
        ),
      )}
    </p>
  );
}
