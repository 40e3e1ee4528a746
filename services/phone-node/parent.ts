/**
 * What the process that started a phone can do to its links over their IPC channel, which nobody else can reach:
 * `{"type":"cut-off","addresses":["host:port",…]}` cuts exactly those phones off, an empty list heals.
 */

/** Calls `cutOff` at each such message; anything else is left to others. */
export function obeyParent(cutOff: (addresses: readonly string[]) => void): void {
  process.on('message', (message) => {
    const { type, addresses } = (message ?? {}) as { type?: unknown; addresses?: unknown };
    if (type !== 'cut-off' || !Array.isArray(addresses)) return;
    cutOff(addresses.filter((address) => typeof address === 'string'));
  });
}
