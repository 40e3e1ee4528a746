/** Bytes as text in JSON: base64url without padding (RFC 4648, section 5). */

const FORM = /^[A-Za-z0-9_-]*$/;

export function toBase64Url(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** The bytes; undefined when the text is not base64url, or not of exactly `length` bytes when that is given. */
export function fromBase64Url(text: string, length?: number): Uint8Array | undefined {
  if (!FORM.test(text) || text.length % 4 === 1) return undefined;
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  if (length !== undefined && binary.length !== length) return undefined;
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}
