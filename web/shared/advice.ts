/** What a person can do about a problem, by its type, where the problem's own words do not say it. */
export const ADVICE: Readonly<Record<string, string>> = {
  'admin-token-required': 'Paste the admin token: it is printed where the testnet was started.',
  'admin-token-wrong': 'Paste the token that was printed by the last start of the testnet.',
  'internal-error': 'That is a defect: the log of whoever answered has more of it.',
  'lab-off': 'Start the testnet with the lab switched on.',
  'no-phones': 'Start a phone, or wait until one is a member of the ring.',
  'no-such-phone': 'Choose one that is on the list.',
  'payload-too-large': 'Make it smaller first.',
  'phone-silent': 'It may be frozen or cut off: ask another phone, or thaw and heal it in the lab.',
  'phone-unreachable': 'It may be dead: ask another phone, or start it again in the lab.',
  'rate-limited': 'Wait a moment, and ask less often.',
  'ring-timeout': 'The network may be torn or busy: try again in a moment.',
  'ring-unavailable': 'The phone is not on the ring yet, or leaving it: ask another one, or wait a moment.',
  'scenario-under-way': 'Wait for its end, or end it first.',
};
