/** Runs one phone until it is told to stop. */
import { runProgram } from '../shared/runtime/program/program.ts';
import { PHONE_VARIABLES, readPhoneSettings } from './environment.ts';
import { startPhone } from './phone.ts';

await runProgram({
  name: 'phone-node',
  purpose: 'one phone of the ring, with its wall.',
  variables: PHONE_VARIABLES,
  readSettings: readPhoneSettings,
  start: startPhone,
});
