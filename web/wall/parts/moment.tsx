/** When something was: in a few words, and exactly for those who point at it. */
const UNITS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
];
const RELATIVE = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto', style: 'short' });
const A_WEEK_MS = 7 * 86_400_000;

export function Moment({ at }: { readonly at: string }) {
  const date = new Date(at);
  return (
    <time dateTime={at} title={date.toLocaleString()}>
      {inWords(date)}
    </time>
  );
}

function inWords(date: Date): string {
  const agoMs = Date.now() - date.getTime();
  if (agoMs > A_WEEK_MS) return date.toLocaleDateString(undefined, { dateStyle: 'medium' });
  const unit = UNITS.find(([, milliseconds]) => Math.abs(agoMs) >= milliseconds);
  return unit === undefined ? 'just now' : RELATIVE.format(-Math.round(agoMs / unit[1]), unit[0]);
}
