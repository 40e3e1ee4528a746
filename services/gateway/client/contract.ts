/** What a gateway answers, as types: those of the schemas its routes are checked against. Nothing of it is loaded. */
import type { Static } from '../../shared/http/type.ts';
import type { PhoneSchema } from '../routes/phones.ts';

export type GatewayPhone = Static<typeof PhoneSchema>;
