/** The people of this phone: how they are made, come back by their phrase, and are unlocked. */
import type { Id } from '../../../shared/core/id.ts';
import { Problem } from '../problem.ts';
import { putRecord, type Ring } from '../ring/ring-client.ts';
import { Turns } from '../turns.ts';
import type { KdfCost, WallCrypto } from '../wall-crypto.ts';
import { type Keystore, type KeystoreEntry, openEntry, sealEntry } from './keystore-format.ts';
import { passphraseSecrets, SALT_BYTES } from './passphrase.ts';
import { personOfSeed, type UnlockedPerson } from './person.ts';
import { type Profile, type Profiles, readProfile, signProfile } from './profile.ts';

export interface PeopleOptions {
  readonly ring: Ring;
  readonly profiles: Profiles;
  readonly keystore: Keystore;
  readonly crypto: WallCrypto;
  readonly now: () => number;
  readonly maxPeople: number;
  /** Cost of new entries. */
  readonly kdf: KdfCost;
}

export interface NewPerson {
  readonly person: UnlockedPerson;
  readonly profile: Profile;
  /** The only way back when the phone is lost or the passphrase forgotten. */
  readonly recoveryPhrase: string;
}

/** Entropy of a new phrase: 16 bytes make 12 words. */
const ENTROPY_BYTES = 16;
/** Derivations under way at once, and in line; each takes 32 MB and 0.1 s of a core. */
const DERIVATIONS_AT_ONCE = 1;
const DERIVATIONS_WAITING = 64;

export class People {
  readonly #options: PeopleOptions;
  readonly #entries: Map<Id, KeystoreEntry>;
  readonly #derivations = new Turns(
    DERIVATIONS_AT_ONCE,
    DERIVATIONS_WAITING,
    () => new Problem('too-many-logins', undefined, { retryAfterS: 5 }),
  );

  private constructor(options: PeopleOptions, entries: readonly KeystoreEntry[]) {
    this.#options = options;
    this.#entries = new Map(entries.map((entry) => [entry.person, entry]));
  }

  /** Reads the keystore. */
  static async open(options: PeopleOptions): Promise<People> {
    return new People(options, await options.keystore.list());
  }

  get size(): number {
    return this.#entries.size;
  }

  /** What this phone keeps of a person; undefined when they are not of this phone. */
  entryOf(person: Id): KeystoreEntry | undefined {
    return this.#entries.get(person);
  }

  /**
   * Makes a new person with a profile on the ring. Nothing is kept here when the ring does not take the profile.
   * Throws too-many-people, too-many-logins, and what putRecord throws.
   */
  async create(name: string, passphrase: string): Promise<NewPerson> {
    this.#requireRoom(undefined);
    const { crypto, now } = this.#options;
    const recoveryPhrase = await crypto.phrases.fromEntropy(crypto.randomBytes(ENTROPY_BYTES));
    return await this.#settle(recoveryPhrase, passphrase, async (person) => {
      return await this.#publish(person, { name, bio: '' }, { seq: 1, createdAt: now() });
    });
  }

  /**
   * Brings a person back by their phrase, here or from another phone; the passphrase is then the new one here. Without
   * a name the profile on the ring is taken as it is. Throws invalid-recovery-phrase, no-profile when there is none and
   * no name was given, and what `create` throws.
   */
  async restore(recoveryPhrase: string, passphrase: string, name: string | undefined): Promise<NewPerson> {
    const entropy = await this.#options.crypto.phrases.toEntropy(recoveryPhrase);
    if (entropy === undefined) throw new Problem('invalid-recovery-phrase');
    const phrase = await this.#options.crypto.phrases.fromEntropy(entropy);
    return await this.#settle(phrase, passphrase, async (person) => {
      this.#requireRoom(person.person);
      const record = await this.#options.profiles.readRecord(person.person);
      const profile = record === undefined ? undefined : readProfile(record);
      if (profile !== undefined && (name === undefined || name === profile.name)) return profile;
      if (name === undefined) throw new Problem('no-profile');
      const version = { seq: (record?.seq ?? 0) + 1, createdAt: this.#options.now() };
      return await this.#publish(person, { name, bio: profile?.bio ?? '' }, version);
    });
  }

  /** The person of an entry, by the key that the passphrase gives; undefined when it is not the entry's. */
  async unlock(entry: KeystoreEntry, unlockKey: Uint8Array): Promise<UnlockedPerson | undefined> {
    const { crypto } = this.#options;
    const entropy = openEntry(entry, unlockKey, crypto);
    if (entropy === undefined) return undefined;
    return await this.#personOf(await crypto.phrases.fromEntropy(entropy));
  }

  async #settle(
    recoveryPhrase: string,
    passphrase: string,
    publish: (person: UnlockedPerson) => Promise<Profile>,
  ): Promise<NewPerson> {
    const person = await this.#personOf(recoveryPhrase);
    const entry = await this.#derivations.take(() => this.#makeEntry(person.person, recoveryPhrase, passphrase));
    const profile = await publish(person);
    this.#requireRoom(person.person);
    await this.#options.keystore.put(entry);
    this.#entries.set(person.person, entry);
    return { person, profile, recoveryPhrase };
  }

  async #makeEntry(person: Id, recoveryPhrase: string, passphrase: string): Promise<KeystoreEntry> {
    const { crypto, kdf: cost } = this.#options;
    const [group, entropy] = await Promise.all([crypto.loadGroup(), crypto.phrases.toEntropy(recoveryPhrase)]);
    if (entropy === undefined) throw new Problem('invalid-recovery-phrase');
    const salt = crypto.randomBytes(SALT_BYTES);
    const { proofSecret, unlockKey } = await passphraseSecrets(passphrase, salt, cost, group, crypto);
    const publicElement = group.multiplyBase(proofSecret);
    return sealEntry({ person, salt, cost, publicElement }, entropy, unlockKey, crypto);
  }

  async #personOf(recoveryPhrase: string): Promise<UnlockedPerson> {
    const { crypto } = this.#options;
    return personOfSeed(await crypto.phrases.toSeed(recoveryPhrase), crypto);
  }

  async #publish(
    person: UnlockedPerson,
    text: { readonly name: string; readonly bio: string },
    version: { readonly seq: number; readonly createdAt: number },
  ): Promise<Profile> {
    const { record, profile } = signProfile(person, text, version, this.#options.crypto);
    await putRecord(this.#options.ring, record);
    this.#options.profiles.remember(person.person, profile);
    return profile;
  }

  #requireRoom(person: Id | undefined): void {
    const { maxPeople } = this.#options;
    if (person !== undefined && this.#entries.has(person)) return;
    if (this.#entries.size >= maxPeople) {
      throw new Problem('too-many-people', undefined, { members: { limit: maxPeople } });
    }
  }
}
