/** What the wall API takes in, for programs that say so before they send. */
export { MAX_ALT_CHARACTERS } from '../core/media/media-format.ts';
export { MAX_UPLOAD_BYTES, sniffPicture } from '../core/media/media-picture.ts';
export { MAX_POST_MEDIA } from '../core/media/media-reference.ts';
export { MAX_TEXT_CHARACTERS } from '../core/posts/post-format.ts';
