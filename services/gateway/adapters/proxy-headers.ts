/** Which header fields go on to a phone and back (RFC 9110, 7.6), and what the gateway adds and rewrites. */
import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import type { FastifyRequest } from 'fastify';

/** Fields that are about one connection. */
const HOP_BY_HOP = new Set([
  ...['connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'proxy-connection', 'te', 'trailer'],
  ...['transfer-encoding', 'upgrade', 'http2-settings'],
]);
/** Answered by the gateway itself, or set anew below. */
const NOT_SENT = new Set(['host', 'expect']);
const VIA = '1.1 ringwall-gateway';
/** Fields that name a resource by its path. */
const LOCATIONS = new Set(['location', 'content-location']);

export interface Forwarding {
  /** host:port of the phone's API. */
  readonly api: string;
  /** The address of who sent the request. */
  readonly caller: string;
  /** What stands before the phone's own paths here: `/phones/3`. */
  readonly prefix: string;
}

/** What a phone is sent: the client's fields but those of its connection, and where the request came from. */
export function requestHeaders(request: FastifyRequest, { api, caller, prefix }: Forwarding): OutgoingHttpHeaders {
  const { headers: given } = request.raw;
  const dropped = namedIn(given.connection);
  const headers: OutgoingHttpHeaders = {};
  for (const [name, value] of Object.entries(given)) {
    if (!HOP_BY_HOP.has(name) && !NOT_SENT.has(name) && !dropped.has(name)) headers[name] = value;
  }
  const { protocol, host } = request;
  return {
    ...headers,
    host: api,
    // A body of unknown length goes on as it comes.
    ...(given['transfer-encoding'] === undefined ? {} : { 'transfer-encoding': 'chunked' }),
    via: added(given.via, VIA),
    // The phone takes the gateway's word alone, so nothing of what the client or a proxy says goes on.
    'x-forwarded-for': caller,
    'x-forwarded-host': host,
    'x-forwarded-proto': protocol,
    'x-forwarded-prefix': prefix,
  };
}

/** What the client gets: the phone's fields but those of its connection, and paths under the prefix. */
export function answerHeaders(response: IncomingMessage, prefix: string): [string, string | string[]][] {
  const dropped = namedIn(response.headers.connection);
  return Object.entries(response.headers).flatMap(([name, value]) => {
    if (value === undefined || HOP_BY_HOP.has(name) || dropped.has(name)) return [];
    if (LOCATIONS.has(name) && typeof value === 'string') return [[name, underPrefix(value, prefix)]];
    return [[name, value]];
  });
}

/** A path of the phone as the client has to ask for it; anything that is no absolute path stays as it is. */
function underPrefix(location: string, prefix: string): string {
  return location.startsWith('/') && !location.startsWith('//') ? prefix + location : location;
}

/** The fields that a Connection field names: they end with the connection. */
function namedIn(connection: string | undefined): ReadonlySet<string> {
  return new Set((connection ?? '').split(',').map((name) => name.trim().toLowerCase()));
}

function added(before: string | undefined, value: string): string {
  return before === undefined ? value : `${before}, ${value}`;
}
