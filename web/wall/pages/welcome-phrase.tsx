/** The recovery phrase: shown once, and checked, for it is the only way back. */
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';

/** Places of the words that are asked for. */
const ASKED = [3, 8] as const;

export function PhraseCheck({ phrase, done }: { readonly phrase: string; readonly done: () => void }) {
  const words = phrase.split(' ');
  const isAsking = useSignal(false);
  const answers = useSignal<readonly string[]>(ASKED.map(() => ''));
  const fault = useSignal('');
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), [isAsking.value]);

  const check = (event: Event): void => {
    event.preventDefault();
    const wrong = ASKED.filter((place, i) => answers.peek()[i]!.trim().toLowerCase() !== words[place - 1]);
    if (wrong.length === 0) done();
    else
      fault.value = `Word ${wrong.join(' and word ')} ${wrong.length === 1 ? 'is another one' : 'are others'}. Look at the phrase again.`;
  };
  if (!isAsking.value) {
    return (
      <section class="form">
        <h1 ref={heading} tabIndex={-1}>
          Write these words down
        </h1>
        <p>They are the only way back to you, on this phone or any other. They are not shown again.</p>
        <ol class="phrase">
          {words.map((word, i) => (
            // Words may come twice in a phrase.
            <li key={`${i} ${word}`}>{word}</li>
          ))}
        </ol>
        <button type="button" class="primary" onClick={() => (isAsking.value = true)}>
          I have written them down
        </button>
      </section>
    );
  }
  return (
    <form class="form" onSubmit={check}>
      <h1 ref={heading} tabIndex={-1}>
        Which words were they?
      </h1>
      {ASKED.map((place, i) => (
        <label key={place}>
          Word {place}
          <input
            required
            autocomplete="off"
            autocapitalize="none"
            spellcheck={false}
            value={answers.value[i]}
            onInput={(event) => (answers.value = answers.peek().with(i, event.currentTarget.value))}
          />
        </label>
      ))}
      {fault.value !== '' && (
        <p class="notice failure" role="alert">
          {fault.value}
        </p>
      )}
      <div class="row">
        <button type="submit" class="primary">
          Enter
        </button>
        <button type="button" onClick={() => (isAsking.value = false)}>
          Show the phrase again
        </button>
      </div>
    </form>
  );
}
