/** What becomes of a record on its way, by what its replicas answer. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { RecordVerdict } from '../../../services/chord-router/core/message.ts';
import { Delivery, type Receipt } from '../../../services/chord-router/core/writing/delivery.ts';
import type { Contact } from '../../../services/shared/core/contact.ts';
import { Author } from '../shared/author.ts';
import { contactAt } from './positions.ts';

const alice = new Author(1);
const [a, b, c, d, e] = [1, 2, 3, 4, 5].map(contactAt) as [Contact, Contact, Contact, Contact, Contact];

let delivery: Delivery;

beforeEach(() => {
  delivery = new Delivery(alice.profile(2, 'second'));
});

function aim(targets: readonly Contact[], counted = targets.length): void {
  delivery.aimAt(targets, targets.length, counted);
  for (const target of targets) delivery.sent(target);
}

function answer(by: readonly Contact[], verdict: RecordVerdict = 'stored', isSettled = true): void {
  for (const phone of by) delivery.judged(phone, verdict, isSettled, []);
}

const told = (): Pick<Receipt, 'outcome' | 'replicas' | 'acknowledged'> => {
  const { outcome, replicas, acknowledged } = delivery.receipt();
  return { outcome, replicas, acknowledged };
};

describe('a record', () => {
  it('is stored as soon as a majority has it', () => {
    aim([a, b, c, d, e]);
    answer([a, b]);
    expect([delivery.isDecided, delivery.isStuck]).toEqual([false, false]);
    answer([c], 'present');
    expect(delivery.isDecided).toBe(true);
    expect(told()).toEqual({ outcome: 'stored', replicas: 5, acknowledged: 3 });
  });

  it('is stuck when those that are left make no majority', () => {
    aim([a, b, c]);
    delivery.failed(a);
    expect(delivery.isStuck).toBe(false);
    answer([b], 'not-responsible');
    expect([delivery.isStuck, delivery.isMisplaced]).toEqual([true, true]);
    expect(delivery.missed()).toEqual([a, b]);
    expect(told()).toEqual({ outcome: 'unavailable', replicas: 3, acknowledged: 0 });
  });

  it('waits for replicas that hold all they should, and counts no others', () => {
    aim([a, b, c, d, e]);
    answer([a, b, c], 'stored', false);
    expect([delivery.isDecided, delivery.isStuck]).toEqual([false, false]);
    answer([d, e]);
    expect(delivery.isDecided).toBe(true);
    expect(told()).toEqual({ outcome: 'stored', replicas: 5, acknowledged: 2 });
    expect(delivery.missed()).toEqual([]);
  });

  it('is stored by those there are while others are absent, and says how many are missing', () => {
    aim([a, b, c], 5);
    answer([a, b]);
    expect(delivery.isDecided).toBe(false);
    delivery.failed(c);
    expect(delivery.isDecided).toBe(true);
    expect(told()).toEqual({ outcome: 'stored', replicas: 5, acknowledged: 2 });
  });

  it('is not stored as long as none of those that took it holds all that it should, and these are asked again', () => {
    aim([a, b, c]);
    answer([a, b], 'stored', false);
    expect([delivery.isDecided, delivery.isStuck, delivery.isUnsure]).toEqual([false, false, false]);
    answer([c], 'stored', false);
    expect([delivery.isDecided, delivery.isStuck, delivery.isUnsure]).toEqual([false, true, true]);
    expect(told()).toEqual({ outcome: 'unavailable', replicas: 3, acknowledged: 0 });
    expect(delivery.missed()).toEqual([a, b, c]);
    for (const target of [a, b, c]) delivery.sent(target);
    answer([a, b], 'present', false);
    answer([c], 'present');
    expect(delivery.isDecided).toBe(true);
    expect(told()).toEqual({ outcome: 'stored', replicas: 3, acknowledged: 1 });
  });

  it('is stored as always when a majority of all has it, whoever is absent', () => {
    aim([a, b, c], 5);
    answer([a, b, c]);
    expect(told()).toEqual({ outcome: 'stored', replicas: 5, acknowledged: 3 });
  });

  it('does not forget in a further round how many are absent', () => {
    aim([a, b, c]);
    delivery.count(5);
    delivery.sent(c);
    answer([a, b]);
    delivery.aimAt([a, b, c], 3, 3);
    expect([delivery.isDecided, told().replicas]).toEqual([false, 5]);
    delivery.failed(c);
    expect(told()).toEqual({ outcome: 'stored', replicas: 5, acknowledged: 2 });
  });

  it('is superseded by proof alone', () => {
    aim([a, b, c]);
    delivery.judged(a, 'superseded', true, []);
    expect(delivery.isDecided).toBe(false);
    delivery.judged(b, 'superseded', true, [alice.profile(3, 'third')]);
    expect(told().outcome).toBe('superseded');
  });

  it('is over quota when those without room are what a majority lacks', () => {
    aim([a, b, c]);
    answer([a, b], 'over-quota');
    answer([c]);
    expect([delivery.isStuck, told().outcome]).toEqual([true, 'over-quota']);
  });
});
