/** Light or dark: as the device has it, or as chosen. */
import { effect, signal } from '@preact/signals';
import { keep, recall } from './storage.ts';

export type Theme = 'system' | 'light' | 'dark';

export const theme = signal<Theme>(recall<Theme>('theme') ?? 'system');

/** Shows the page in the theme of choice from now on. */
export function followTheme(): void {
  effect(() => {
    keep('theme', theme.value);
    document.documentElement.dataset['theme'] = theme.value;
  });
}
