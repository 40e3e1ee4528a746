/** Every board, in the order in which one would look at them. */
import type { Board } from '../board.ts';
import { CAN } from './can.ts';
import { LOOKUPS } from './lookups.ts';
import { PHONE } from './phone.ts';
import { PULSE } from './pulse.ts';
import { RING } from './ring.ts';
import { STORAGE } from './storage.ts';
import { WALL } from './wall.ts';

export const BOARDS: readonly Board[] = [PULSE, LOOKUPS, RING, STORAGE, CAN, WALL, PHONE];
