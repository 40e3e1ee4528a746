/** Colours of drawings, of the page's theme. States differ in shape as well, so none is told by colour alone. */
import type { GatewayPhone } from '../../../services/gateway/client/contract.ts';

export type PhoneState = GatewayPhone['state'];

export interface Colours {
  readonly text: string;
  readonly soft: string;
  readonly line: string;
  readonly accent: string;
  readonly warm: string;
  readonly states: Readonly<Record<PhoneState, string>>;
}

export function coloursOf(element: Element): Colours {
  const style = getComputedStyle(element);
  const read = (name: string): string => style.getPropertyValue(name).trim();
  return {
    text: read('--text'),
    soft: read('--soft'),
    line: read('--line'),
    accent: read('--accent'),
    warm: read('--path'),
    states: {
      alive: read('--alive'),
      joining: read('--joining'),
      suspected: read('--suspected'),
      dead: read('--dead'),
      left: read('--left'),
    },
  };
}
