/** What the churn lab can do, for programs that ask it: types alone. */
export type { LabCommand, LinkQuality, PhoneCommand } from '../core/lab-command.ts';
