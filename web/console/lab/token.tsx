/** Asks for the admin token, where the page was not opened with it. */
import { useRef } from 'preact/hooks';
import { adminToken, rememberToken } from '../state/gateway.ts';

export function Token() {
  const field = useRef<HTMLInputElement>(null);
  if (adminToken.value !== '') return null;
  const remember = (event: Event): void => {
    event.preventDefault();
    rememberToken(field.current?.value.trim() ?? '');
  };
  return (
    <form onSubmit={remember}>
      <label>
        Admin token: printed where the testnet was started
        <span class="row">
          <input ref={field} type="password" required autocomplete="off" />
          <button type="submit">Use it</button>
        </span>
      </label>
    </form>
  );
}
