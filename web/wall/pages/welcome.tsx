/** Joining in two steps, logging in again, and coming back on another phone. */
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import type { Identity } from '../../../services/wall-api/client/contract.ts';
import { faultText } from '../../shared/problem.ts';
import { go } from '../state/route.ts';
import { bringBack, enter, knownPeople, logIn, type Person, signUp } from '../state/session.ts';
import { PhraseCheck } from './welcome-phrase.tsx';

type Way = 'join' | 'return' | 'log-in';

export function WelcomePage() {
  const way = useSignal<Way>(knownPeople.value.length > 0 ? 'log-in' : 'join');
  const made = useSignal<Identity | undefined>(undefined);
  if (made.value !== undefined) {
    const identity = made.value;
    return (
      <PhraseCheck
        phrase={identity.recoveryPhrase}
        done={() => {
          enter(identity);
          go('/interests');
        }}
      />
    );
  }
  return (
    <>
      <h1>Welcome to Ringwall</h1>
      <p>A social network with no server: your posts live on the phones of those who take part.</p>
      <div class="tabs" role="group" aria-label="How to begin">
        <Tab way={way.value} of="join" choose={(next) => (way.value = next)}>
          Join
        </Tab>
        {knownPeople.value.length > 0 && (
          <Tab way={way.value} of="log-in" choose={(next) => (way.value = next)}>
            Log in
          </Tab>
        )}
        <Tab way={way.value} of="return" choose={(next) => (way.value = next)}>
          I have been here
        </Tab>
      </div>
      {way.value === 'join' && <Join onMade={(identity) => (made.value = identity)} />}
      {way.value === 'log-in' && <LogIn people={knownPeople.value} />}
      {way.value === 'return' && <Return />}
    </>
  );
}

interface TabProps {
  readonly way: Way;
  readonly of: Way;
  readonly choose: (way: Way) => void;
  readonly children: ComponentChildren;
}

function Tab({ way, of, choose, children }: TabProps) {
  return (
    <button type="button" aria-pressed={way === of} onClick={() => choose(of)}>
      {children}
    </button>
  );
}

function Join({ onMade }: { readonly onMade: (identity: Identity) => void }) {
  const name = useSignal('');
  const passphrase = useSignal('');
  return (
    <Form
      button="Join"
      submit={async () => onMade(await signUp(name.peek(), passphrase.peek()))}
      hint="Nobody registers: your phone makes your keys. The passphrase guards them here and never leaves it."
    >
      <Field
        label="Your name, as others see it"
        value={name.value}
        set={(next) => (name.value = next)}
        autocomplete="nickname"
      />
      <Passphrase label="A passphrase" isNew value={passphrase.value} set={(next) => (passphrase.value = next)} />
    </Form>
  );
}

function LogIn({ people }: { readonly people: readonly Person[] }) {
  const chosen = useSignal(people[0]!.id);
  const passphrase = useSignal('');
  const submit = async (): Promise<void> => {
    await logIn(people.find(({ id }) => id === chosen.peek())!, passphrase.peek());
    go('/feed');
  };
  return (
    <Form
      button="Log in"
      submit={submit}
      hint="Forgotten it? “I have been here” brings you back by your recovery phrase."
    >
      <label>
        Who are you?
        <select value={chosen.value} onChange={(event) => (chosen.value = event.currentTarget.value)}>
          {people.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <Passphrase label="Your passphrase" value={passphrase.value} set={(next) => (passphrase.value = next)} />
    </Form>
  );
}

function Return() {
  const phrase = useSignal('');
  const passphrase = useSignal('');
  const submit = async (): Promise<void> => {
    await bringBack(phrase.peek(), passphrase.peek());
    go('/feed');
  };
  return (
    <Form
      button="Come back"
      submit={submit}
      hint="Your keys are made anew from the words; your posts and friends are on the ring."
    >
      <label>
        Your recovery phrase: 12 words
        <textarea
          rows={3}
          required
          autocomplete="off"
          spellcheck={false}
          value={phrase.value}
          onInput={(event) => (phrase.value = event.currentTarget.value)}
        />
      </label>
      <Passphrase
        label="A passphrase for this phone"
        isNew
        value={passphrase.value}
        set={(next) => (passphrase.value = next)}
      />
    </Form>
  );
}

interface FieldProps {
  readonly label: string;
  readonly value: string;
  readonly set: (value: string) => void;
}

function Field({ label, value, set, autocomplete }: FieldProps & { readonly autocomplete: string }) {
  return (
    <label>
      {label}
      <input
        required
        maxLength={80}
        autocomplete={autocomplete}
        value={value}
        onInput={(event) => set(event.currentTarget.value)}
      />
    </label>
  );
}

function Passphrase({ label, value, set, isNew = false }: FieldProps & { readonly isNew?: boolean }) {
  return (
    <label>
      {label}
      <input
        type="password"
        required
        minLength={4}
        maxLength={256}
        autocomplete={isNew ? 'new-password' : 'current-password'}
        value={value}
        onInput={(event) => set(event.currentTarget.value)}
      />
    </label>
  );
}

interface FormProps {
  readonly button: string;
  readonly hint: string;
  readonly submit: () => Promise<void>;
  readonly children: ComponentChildren;
}

function Form({ button, hint, submit, children }: FormProps) {
  const isSending = useSignal(false);
  const fault = useSignal('');
  const onSubmit = (event: Event): void => {
    event.preventDefault();
    if (isSending.peek()) return;
    isSending.value = true;
    fault.value = '';
    submit()
      .catch((error: unknown) => {
        fault.value = faultText(error);
      })
      .finally(() => {
        isSending.value = false;
      });
  };
  return (
    <form class="form" onSubmit={onSubmit}>
      {children}
      <button type="submit" class="primary" aria-busy={isSending.value}>
        {button}
      </button>
      {fault.value !== '' && (
        <p class="notice failure" role="alert">
          {fault.value}
        </p>
      )}
      <p class="hint">{hint}</p>
    </form>
  );
}
