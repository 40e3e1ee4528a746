/**
 * The signed hello that opens a link. Both ends say who they are (NodeRecord) with a fresh challenge, then each
 * proves it by a signature over both ids, both challenges, the network and its own role:
 *
 *     initiator                     responder
 *        hello  ───────────────────▶
 *               ◀───────────────────  hello, proof
 *        proof  ───────────────────▶                  (requests may follow at once)
 *
 * A proof recorded earlier fits no other challenge, one sent back to its maker fits no other role, and one relayed
 * to a third phone names the wrong id or comes from the wrong address.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { Frame, Hello } from '../../../../proto/gen/ringwall/peer/v1/peer.ts';
import type { Contact } from '../../../shared/core/contact.ts';
import { idToBytes } from '../../../shared/core/id.ts';
import { canonicalIp, parseHostPort, sameMachine } from '../../../shared/runtime/network/host-port.ts';
import { checkRecord, type NodeIdentity, SIGNATURE_BYTES, verifySignature } from '../identity/node-identity.ts';
import { LinkFault } from './link-fault.ts';

/** Version of what phones say to each other. Raised when older ones could not follow. */
export const PROTOCOL = 2;
const CHALLENGE_BYTES = 32;
const LONGEST_QUOTED_NAME = 80;
/** Longest parameters of a network, in UTF-16 units. */
const MAX_PARAMETERS = 128;
const PROOF_DOMAIN = 'ringwall/link-proof/1';

export interface HandshakeSettings {
  readonly identity: NodeIdentity;
  /** Name and parameters of the network; must be the same at both ends. */
  readonly network: string;
  /**
   * What the embedders of the network have in common, as EmbedderService.GetParameters names it; must be the same at both
   * ends, or posts would lie where nobody looks for them. Default: empty, a network without embedders.
   */
  readonly parameters?: string;
  /** Compare the address in the other end's record with the one it is seen at. */
  readonly verifyAddress: boolean;
  /** Links run over TLS: the other end must have proved the key of its record there, too. Default false. */
  readonly pinsKeys?: boolean;
}

type Role = 'initiator' | 'responder';

/** What is known of the other end before it speaks. */
export type OtherEnd =
  /** It called from this IP address. */
  | { readonly role: 'initiator'; readonly observedIp: string }
  /** It was called at this ip:port; `expected` is who should live there, if known. */
  | { readonly role: 'responder'; readonly dialled: string; readonly expected: Contact | undefined };

export interface HandshakeStep {
  readonly send: readonly Frame[];
  /** Who the other end says it is. */
  readonly claimed: Contact;
  /** Set once the other end has proved who it is. */
  readonly proved: ProvedPhone | undefined;
}

/** Who the other end has proved to be. */
export interface ProvedPhone {
  readonly contact: Contact;
  /** Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array;
}

/** One end of one handshake: frames in, frames out. Throws a LinkFault on anything that does not belong. */
export class Handshake {
  readonly #settings: HandshakeSettings;
  readonly #other: OtherEnd;
  readonly #channelKey: () => Buffer | undefined;
  readonly #challenge = randomBytes(CHALLENGE_BYTES);
  #hello: { readonly contact: Contact; readonly publicKey: Uint8Array; readonly challenge: Uint8Array } | undefined;

  /** `channelKey`: the key that the other end proved to have when the connection was encrypted. */
  constructor(settings: HandshakeSettings, other: OtherEnd, channelKey: () => Buffer | undefined = () => undefined) {
    this.#settings = settings;
    this.#other = other;
    this.#channelKey = channelKey;
  }

  /** What to send before anything has come: the initiator's hello. */
  start(): readonly Frame[] {
    return this.#other.role === 'responder' ? [this.#ownHello()] : [];
  }

  receive(frame: Frame): HandshakeStep {
    if (this.#hello === undefined) {
      this.#takeHello(frame);
      const send = this.#other.role === 'initiator' ? [this.#ownHello(), this.#ownProof('responder')] : [];
      return { send, claimed: this.#hello!.contact, proved: undefined };
    }
    this.#takeProof(frame);
    const send = this.#other.role === 'responder' ? [this.#ownProof('initiator')] : [];
    return { send, claimed: this.#hello.contact, proved: this.#hello };
  }

  #ownHello(): Frame {
    const { identity, network, parameters = '' } = this.#settings;
    const value = { node: identity.record, challenge: this.#challenge, network, parameters, protocol: PROTOCOL };
    return { requestId: 0, body: { $case: 'hello', value } };
  }

  #takeHello(frame: Frame): void {
    if (frame.requestId !== 0 || frame.body?.$case !== 'hello') {
      throw new LinkFault('no-hello', 'a link opens with a hello');
    }
    const hello = frame.body.value;
    if (hello.node === undefined || hello.challenge.length !== CHALLENGE_BYTES) {
      throw new LinkFault('bad-hello', 'the hello lacks a node record or a challenge of 32 bytes');
    }
    this.#checkNetwork(hello);
    const checked = checkRecord(hello.node);
    if (!checked.ok) throw new LinkFault('bad-hello', `the node record is not to be believed: ${checked.fault}`);
    this.#checkChannel(hello.node.publicKey);
    this.#checkAddress(checked.value);
    this.#hello = { contact: checked.value, publicKey: hello.node.publicKey, challenge: hello.challenge };
  }

  #checkNetwork(hello: Hello): void {
    if (hello.protocol !== PROTOCOL) {
      throw new LinkFault('other-protocol', `this phone speaks protocol ${PROTOCOL}, not ${hello.protocol}`);
    }
    if (hello.network !== this.#settings.network) {
      const theirs = hello.network.slice(0, LONGEST_QUOTED_NAME);
      throw new LinkFault('other-network', `this phone is of network "${this.#settings.network}", not "${theirs}"`);
    }
    const { parameters = '' } = this.#settings;
    if (hello.parameters !== parameters) {
      const theirs = hello.parameters.slice(0, MAX_PARAMETERS);
      throw new LinkFault(
        'other-parameters',
        `all phones of network "${this.#settings.network}" need the same model and projection: ` +
          `this phone has "${parameters}", not "${theirs}"`,
      );
    }
  }

  #checkChannel(publicKey: Buffer): void {
    if (this.#settings.pinsKeys !== true || this.#channelKey()?.equals(publicKey)) return;
    throw new LinkFault('other-key', 'the connection is encrypted by another than the phone itself');
  }

  #checkAddress(contact: Contact): void {
    const other = this.#other;
    if (contact.id === this.#settings.identity.contact.id) {
      throw new LinkFault('other-phone', 'a phone does not link to itself');
    }
    if (other.role === 'responder' && other.expected !== undefined && other.expected.id !== contact.id) {
      throw new LinkFault('other-phone', `${other.dialled} is now the address of another phone`);
    }
    if (!this.#settings.verifyAddress) return;
    const claimed = parseHostPort(contact.address)!;
    if (other.role === 'initiator') {
      const observed = canonicalIp(other.observedIp);
      if (observed === undefined || !sameMachine(observed, claimed.host)) {
        throw new LinkFault('wrong-address', `the record says ${claimed.host}, the call came from ${other.observedIp}`);
      }
      return;
    }
    const dialled = parseHostPort(other.dialled)!;
    if (dialled.port !== claimed.port || !sameMachine(dialled.host, claimed.host)) {
      throw new LinkFault('wrong-address', `the record says ${contact.address}, it was reached at ${other.dialled}`);
    }
  }

  #ownProof(role: Role): Frame {
    const signature = this.#settings.identity.sign(this.#proofBytes(role));
    return { requestId: 0, body: { $case: 'proof', value: { signature } } };
  }

  #takeProof(frame: Frame): void {
    if (frame.requestId !== 0 || frame.body?.$case !== 'proof') {
      throw new LinkFault('bad-proof', 'a hello is followed by its proof');
    }
    const { signature } = frame.body.value;
    const bytes = this.#proofBytes(this.#other.role);
    if (signature.length !== SIGNATURE_BYTES || !verifySignature(this.#hello!.publicKey, bytes, signature)) {
      throw new LinkFault('bad-proof', 'the proof is not a signature over this handshake');
    }
  }

  /** What the end in this role signs. Ids and challenges stand in the order initiator, responder. */
  #proofBytes(signer: Role): Buffer {
    const own = { id: idToBytes(this.#settings.identity.contact.id), challenge: this.#challenge };
    const theirs = { id: idToBytes(this.#hello!.contact.id), challenge: this.#hello!.challenge };
    const [initiator, responder] = this.#other.role === 'initiator' ? [theirs, own] : [own, theirs];
    return Buffer.concat([
      Buffer.from(`${PROOF_DOMAIN}/${signer}/`),
      initiator.id,
      responder.id,
      initiator.challenge,
      responder.challenge,
      createHash('sha256')
        .update(`${PROTOCOL}/${this.#settings.network}/${this.#settings.parameters ?? ''}`)
        .digest(),
    ]);
  }
}
