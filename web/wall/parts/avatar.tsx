/** A picture for a person, made of their id: nobody can upload one yet, and everybody is told apart. */
const CELLS = 5;

export function Avatar({ id, size = 'normal' }: { readonly id: string; readonly size?: 'normal' | 'large' }) {
  const digits = Array.from(id.replaceAll('-', ''), (digit) => Number.parseInt(digit, 16));
  const hue = (digits[0]! * 16 + digits[1]!) * (360 / 256);
  const cells = [];
  for (let row = 0; row < CELLS; row++) {
    for (let column = 0; column < 3; column++) {
      if (digits[2 + row * 3 + column]! % 2 === 0) continue;
      for (const x of new Set([column, CELLS - 1 - column])) cells.push(`M${x} ${row}h1v1h-1z`);
    }
  }
  return (
    <svg class={`avatar ${size}`} viewBox="-1 -1 7 7" aria-hidden="true" focusable="false">
      <rect x="-1" y="-1" width="7" height="7" fill={`hsl(${hue} 45% 88%)`} />
      <path d={cells.join('')} fill={`hsl(${hue} 55% 38%)`} />
    </svg>
  );
}
