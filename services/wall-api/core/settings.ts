/** What the owner of a phone may change about its wall API. */
import type { KdfCost } from './wall-crypto.ts';

export interface WallSettings {
  /** Largest body of a request, bytes. */
  readonly bodyLimitBytes: number;
  /** People whose keys this phone keeps. */
  readonly maxPeople: number;
  /** Cost of the key derivation for new keystore entries. */
  readonly kdf: KdfCost;
  /** Tokens a caller may use at once, and how many come back a second: see shared/http/rate-limit.ts. */
  readonly rateCapacity: number;
  readonly ratePerSecond: number;
  /** How long an answer is kept under its Idempotency-Key. */
  readonly idempotencyMs: number;
  /** How long a login may take from challenge to proof. */
  readonly challengeMs: number;
  /** Web origins whose pages may call this API; none by default. */
  readonly allowedOrigins: readonly string[];
  /** Names and addresses of the phone beside loopback under which the API is called; `*` for any. */
  readonly hosts: readonly string[];
  /** Addresses, or ranges of them, of proxies whose word on where a request came from is taken. */
  readonly proxies: readonly string[];
  /** Folder of the built pages; undefined: the API alone is served. */
  readonly pagesFolder: string | undefined;
}

export const DEFAULT_WALL_SETTINGS: WallSettings = {
  bodyLimitBytes: 262_144,
  maxPeople: 64,
  // 32 MiB and about 0.1 s: the first recommendation of RFC 7914's author for interactive logins, doubled.
  kdf: { n: 2 ** 15, r: 8, p: 1 },
  rateCapacity: 2_000,
  ratePerSecond: 50,
  idempotencyMs: 3_600_000,
  challengeMs: 60_000,
  allowedOrigins: [],
  hosts: [],
  proxies: [],
  pagesFolder: undefined,
};
