/** Colours of drawings, of the page's theme, read once and again when it changes. States differ in shape as well. */
import { type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { GatewayPhone } from '../../../services/gateway/client/contract.ts';

export type PhoneState = GatewayPhone['state'];

const VARIABLES = {
  text: '--text',
  soft: '--soft',
  line: '--line',
  paper: '--paper',
  accent: '--accent',
  path: '--path',
  alive: '--alive',
  joining: '--joining',
  suspected: '--suspected',
  dead: '--dead',
  left: '--left',
} as const satisfies Readonly<Record<string, string>>;

/** As a canvas takes them. */
export type Colours = Readonly<Record<keyof typeof VARIABLES, string>>;

let cached: Signal<Colours> | undefined;

/** The colours of the theme as it is now; a drawing that reads them is drawn anew with the next theme. */
export function themeColours(): ReadonlySignal<Colours> {
  if (cached === undefined) {
    const colours = signal(readColours());
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => (colours.value = readColours()));
    cached = colours;
  }
  return cached;
}

/** What a variable is in the end: the theme says light-dark(…), which a canvas would work out for each shape anew. */
function readColours(): Colours {
  const probe = document.createElement('span');
  document.body.append(probe);
  const style = getComputedStyle(probe);
  const entries = Object.entries(VARIABLES).map(([name, variable]) => {
    probe.style.color = `var(${variable})`;
    return [name, style.color] as const;
  });
  probe.remove();
  return Object.fromEntries(entries) as Colours;
}

/** Red, green and blue of a colour, 0 to 255. */
export function bytesOf(colour: string): readonly [number, number, number] {
  const context = new OffscreenCanvas(1, 1).getContext('2d')!;
  context.fillStyle = colour;
  context.fillRect(0, 0, 1, 1);
  const [red = 0, green = 0, blue = 0] = context.getImageData(0, 0, 1, 1).data;
  return [red, green, blue];
}
