/** What the page keeps on the device. Phones behind one gateway share an origin, so each page has a prefix of its own. */
const PREFIX = `ringwall ${new URL('.', document.baseURI).pathname} `;

/** Undefined when nothing is kept, or what is kept cannot be read. */
export function recall<Value>(name: string): Value | undefined {
  try {
    const text = localStorage.getItem(PREFIX + name);
    return text === null ? undefined : (JSON.parse(text) as Value);
  } catch {
    return undefined;
  }
}

/** Keeps a value; undefined forgets it. A full or forbidden store is no fault: the page works without. */
export function keep(name: string, value: unknown): void {
  try {
    if (value === undefined) localStorage.removeItem(PREFIX + name);
    else localStorage.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // Only what is shown while the phone is out of reach is missing then.
  }
}
