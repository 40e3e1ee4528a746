/** Answers what other phones ask about records. Requests over their bounds are refused: they get no reply. */
import type { Contact } from '../../shared/core/contact.ts';
import { now, type Task } from '../../shared/core/effect.ts';
import { clockwise } from '../../shared/core/id.ts';
import { MAX_NAME_BYTES } from '../../shared/core/record.ts';
import { isWithinBatch, MAX_BATCH_BYTES, MAX_BATCH_RECORDS, MAX_LISTING } from './batch.ts';
import type {
  DigestRange,
  FetchRecords,
  GetNearest,
  GetRecords,
  ListRange,
  PeerReply,
  PeerRequest,
  PutRecords,
} from './message.ts';
import { isValidQuery } from './reading/query-position.ts';
import { digestOfPage, type RecordKeeper } from './record-keeper.ts';
import { furtherFrom } from './replicas/shared-range.ts';
import { askStore } from './store-port.ts';

export type RecordRequest = PutRecords | GetRecords | GetNearest | DigestRange | ListRange | FetchRecords;

const RECORD_REQUESTS: ReadonlySet<PeerRequest['type']> = new Set<RecordRequest['type']>([
  'put-records',
  'get-records',
  'get-nearest',
  'digest-range',
  'list-range',
  'fetch-records',
]);

/** Longest key: kind, author, and name and slot with every byte escaped. */
const MAX_KEY_LENGTH = 1024;

export function isRecordRequest(request: PeerRequest): request is RecordRequest {
  return RECORD_REQUESTS.has(request.type);
}

/** The reply to `from`; undefined refuses the request: it breaks a bound, or the disk cannot be read. */
export function* serveRecords(
  keeper: RecordKeeper,
  from: Contact,
  request: RecordRequest,
): Task<PeerReply | undefined> {
  switch (request.type) {
    case 'put-records':
      return yield* servePut(keeper, from, request);
    case 'get-records':
      return yield* serveGet(keeper, request);
    case 'get-nearest':
      return yield* serveNearest(keeper, request);
    case 'digest-range': {
      const digest = yield* askStore({ type: 'digest', from: request.from, to: request.to });
      if (!digest.ok) return undefined;
      const { coverage } = keeper;
      return {
        type: 'range-digest',
        ...digest.value,
        settled: coverage.covers(request.to),
        heldFrom: coverage.heldWithin(request.from, request.to),
        outsiderSinceMs: coverage.outsiderSinceMs(from.id),
        absent: coverage.absentIn(request.from, furtherFrom(request.from, keeper.view.self.id, from.id)),
      };
    }
    case 'list-range': {
      if (!isWholeUpTo(request.limit, MAX_LISTING)) return undefined;
      const listing = yield* askStore({ ...request, type: 'list' });
      return listing.ok ? { type: 'range-listing', ...listing.value } : undefined;
    }
    case 'fetch-records':
      return yield* serveFetch(request);
  }
}

function* servePut(keeper: RecordKeeper, from: Contact, request: PutRecords): Task<PeerReply | undefined> {
  if (!isWithinBatch(request.records)) return undefined;
  const { verdicts, newer } = yield* keeper.admission.admit(from, request.records, request.purpose);
  const misplaced = request.records[verdicts.indexOf('not-responsible')];
  const peeked = misplaced === undefined ? undefined : keeper.checker.peek(misplaced);
  const unsettled = request.records.flatMap((bytes, i) => (isSettledFor(keeper, bytes) ? [] : [i]));
  return {
    type: 'put-outcome',
    verdicts,
    unsettled,
    absent: keeper.coverage.absent,
    newer: newer.map(({ bytes }) => bytes),
    replicas: peeked?.ok === true ? keeper.view.believedReplicas(peeked.value.place) : [],
  };
}

function isSettledFor({ checker, coverage }: RecordKeeper, record: Uint8Array): boolean {
  const peeked = checker.peek(record);
  return peeked.ok && coverage.covers(peeked.value.place);
}

function* serveGet(keeper: RecordKeeper, { query, digestOnly }: GetRecords): Task<PeerReply | undefined> {
  if (!isValidQuery(query)) return undefined;
  const page = yield* askStore({ type: 'query', query, maxBytes: MAX_BATCH_BYTES });
  if (!page.ok) return undefined;
  keeper.coverage.noteTime(yield* now());
  const { records, next } = page.value;
  const responsible = keeper.view.isResponsible(query.place);
  return {
    type: 'get-outcome',
    responsible,
    settled: keeper.coverage.covers(query.place),
    absent: keeper.coverage.absent,
    records: digestOnly ? [] : records.map(({ bytes }) => bytes),
    digest: digestOfPage(records, next, keeper.crypto),
    next,
    replicas: responsible ? [] : keeper.view.believedReplicas(query.place),
  };
}

function* serveNearest({ view }: RecordKeeper, { key, name }: GetNearest): Task<PeerReply | undefined> {
  if (name.length === 0 || name.length > MAX_NAME_BYTES) return undefined;
  if (!view.isResponsible(key)) {
    return { type: 'nearest-outcome', record: undefined, next: view.believedReplicas(key)[0] };
  }
  // Alone, a phone answers for the whole ring; otherwise for what lies between the key and itself.
  const next = view.successors()[0];
  const to = next === undefined ? clockwise(key, -1n) : view.self.id;
  const found = yield* askStore({ type: 'nearest', from: key, to, name });
  if (!found.ok) return undefined;
  return { type: 'nearest-outcome', record: found.value.record?.bytes, next };
}

function* serveFetch({ wanted }: FetchRecords): Task<PeerReply | undefined> {
  if (wanted.length > MAX_BATCH_RECORDS || wanted.some(({ key }) => key.length > MAX_KEY_LENGTH)) return undefined;
  const fetched = yield* askStore({ type: 'fetch', wanted, maxBytes: MAX_BATCH_BYTES });
  if (!fetched.ok) return undefined;
  return { type: 'fetched-records', records: fetched.value.records.map(({ bytes }) => bytes) };
}

function isWholeUpTo(value: number, most: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= most;
}
