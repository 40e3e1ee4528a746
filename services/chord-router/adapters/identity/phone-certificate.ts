/**
 * A phone's TLS certificate: for its own key, without an end. Nobody trusts it for what it says: who a phone is follows
 * from its key (docs/decisions/peer-links.md). TLS libraries want an authority all the same, so there is one whose secret
 * key everybody has, and what it signs means nothing.
 *
 * node:crypto makes no certificates; the few fields of X.509 (RFC 5280, with Ed25519 as in RFC 8410) are put together
 * here.
 */
import { createPublicKey, hash, sign, X509Certificate } from 'node:crypto';
import { type NodeKey, nodeKeyFromSeed, PUBLIC_KEY_BYTES } from './node-identity.ts';

const BOOLEAN = 0x01;
const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OCTET_STRING = 0x04;
const OBJECT_IDENTIFIER = 0x06;
const UTF8_STRING = 0x0c;
const UTC_TIME = 0x17;
const GENERALIZED_TIME = 0x18;
const SEQUENCE = 0x30;
const SET = 0x31;
const VERSION = 0xa0;
const EXTENSIONS = 0xa3;

/** id-Ed25519, 1.3.101.112. */
const ED25519 = Buffer.from('2b6570', 'hex');
/** id-at-commonName, 2.5.4.3. */
const COMMON_NAME = Buffer.from('550403', 'hex');
/** id-ce-basicConstraints, 2.5.29.19. */
const BASIC_CONSTRAINTS = Buffer.from('551d13', 'hex');
const VERSION_3 = Buffer.from([2]);
const SERIAL = Buffer.from([1]);
const TRUE = Buffer.from([0xff]);
const NOT_BEFORE = Buffer.from('200101000000Z');
/** "No well-defined expiration date": RFC 5280, section 4.1.2.5. */
const NOT_AFTER = Buffer.from('99991231235959Z');

const AUTHORITY_NAME = 'ringwall';
const PHONE_NAME = 'phone';

/** The one authority, the same on all phones. */
const authorityKey = nodeKeyFromSeed(hash('sha256', 'ringwall/peer-tls-authority/1', 'buffer'));

/** The authority's certificate in PEM. */
export function authorityCertificate(): string {
  return certificate(AUTHORITY_NAME, authorityKey, true);
}

/** The certificate of a phone's key in PEM. */
export function phoneCertificate(key: NodeKey): string {
  return certificate(PHONE_NAME, key, false);
}

/** The Ed25519 key, 32 bytes, that a certificate in DER is of; undefined without one, or when it is of another kind. */
export function keyOfCertificate(der: Buffer | undefined): Buffer | undefined {
  if (der === undefined) return undefined;
  const { publicKey } = new X509Certificate(der);
  if (publicKey.asymmetricKeyType !== 'ed25519') return undefined;
  return publicKey.export({ format: 'der', type: 'spki' }).subarray(-PUBLIC_KEY_BYTES);
}

function certificate(subject: string, key: NodeKey, isAuthority: boolean): string {
  const algorithm = asn1(SEQUENCE, asn1(OBJECT_IDENTIFIER, ED25519));
  const signed = asn1(
    SEQUENCE,
    asn1(VERSION, asn1(INTEGER, VERSION_3)),
    asn1(INTEGER, SERIAL),
    algorithm,
    nameOf(AUTHORITY_NAME),
    asn1(SEQUENCE, asn1(UTC_TIME, NOT_BEFORE), asn1(GENERALIZED_TIME, NOT_AFTER)),
    nameOf(subject),
    createPublicKey(key.privateKey).export({ format: 'der', type: 'spki' }),
    ...(isAuthority ? [asn1(EXTENSIONS, asn1(SEQUENCE, mayIssue()))] : []),
  );
  const signature = sign(null, signed, authorityKey.privateKey);
  const der = asn1(SEQUENCE, signed, algorithm, asn1(BIT_STRING, Buffer.from([0]), signature));
  const lines = der.toString('base64').match(/.{1,64}/g)!;
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

function nameOf(text: string): Buffer {
  const attribute = asn1(SEQUENCE, asn1(OBJECT_IDENTIFIER, COMMON_NAME), asn1(UTF8_STRING, Buffer.from(text)));
  return asn1(SEQUENCE, asn1(SET, attribute));
}

/** The critical extension that makes an authority of a certificate's owner. */
function mayIssue(): Buffer {
  const isAuthority = asn1(SEQUENCE, asn1(BOOLEAN, TRUE));
  return asn1(
    SEQUENCE,
    asn1(OBJECT_IDENTIFIER, BASIC_CONSTRAINTS),
    asn1(BOOLEAN, TRUE),
    asn1(OCTET_STRING, isAuthority),
  );
}

/** Tag, length, content in DER (X.690, section 10.1). No part here reaches 64 KiB. */
function asn1(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  let lengthBytes = [length];
  if (length >= 128) lengthBytes = length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...lengthBytes]), content]);
}
