/** A post that is being written, and what becomes of it. */
import { type Signal, useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import type { PublishedPost } from '../../../services/wall-api/client/contract.ts';
import { UnreachableError } from '../../shared/problem.ts';
import { type Attachment, attachmentOf, isUndescribed, upload } from './attachments.ts';
import { Attempts } from './attempts.ts';
import { type Draft, useDraft } from './draft.ts';
import { admitPictures } from './picture-admission.ts';
import { me } from './session.ts';
import { type PostBody, postLater, publish } from './waiting-posts.ts';

export interface Composing {
  readonly draft: Draft;
  readonly pictures: Signal<readonly Attachment[]>;
  /** Why files did not become pictures. */
  readonly refusals: readonly string[];
  /** Descriptions are missing and asked for. */
  readonly isAsking: boolean;
  /** What became of the last post. */
  readonly said: string;
  readonly isEmpty: boolean;
  readonly addPictures: (files: readonly File[]) => Promise<void>;
  /** Posts it, or asks for what is missing, once. Throws as Api.ask does; what was written stays then. */
  readonly post: () => Promise<void>;
}

export function useComposing(inReplyTo: string | undefined): Composing {
  const draft = useDraft(inReplyTo);
  const pictures = useSignal<readonly Attachment[]>([]);
  const refusals = useSignal<readonly string[]>([]);
  const wasAsked = useSignal(false);
  const said = useSignal('');
  const attempts = useRef(new Attempts());

  const addPictures = async (files: readonly File[]): Promise<void> => {
    const admission = await admitPictures(files, pictures.peek().length);
    pictures.value = [...pictures.peek(), ...admission.admitted.map(attachmentOf)];
    refusals.value = admission.refusals;
    wasAsked.value = false;
  };
  const finish = (saying: string): void => {
    draft.clear();
    for (const { preview } of pictures.peek()) URL.revokeObjectURL(preview);
    [pictures.value, refusals.value, wasAsked.value] = [[], [], false];
    attempts.current.clear();
    said.value = saying;
  };
  const post = async (): Promise<void> => {
    said.value = '';
    if (!wasAsked.peek() && pictures.peek().some(isUndescribed)) {
      wasAsked.value = true;
      return;
    }
    const [text, audience] = [draft.text.peek(), draft.audience.peek()];
    const media = await upload(pictures.peek(), audience, attempts.current);
    const reply = inReplyTo === undefined ? {} : { inReplyTo };
    const body: PostBody = { text, audience, ...reply, ...(media.length > 0 ? { media } : {}) };
    const key = attempts.current.keyOf(JSON.stringify(body));
    try {
      finish(custodyText(await publish(body, key)));
    } catch (error) {
      if (!(error instanceof UnreachableError)) throw error;
      postLater({ key, author: me.peek()!.id, body });
      finish('');
    }
  };
  return {
    ...{ draft, pictures, addPictures, post },
    refusals: refusals.value,
    isAsking: wasAsked.value && pictures.value.some(isUndescribed),
    said: said.value,
    isEmpty: draft.text.value.trim() === '' && pictures.value.length === 0,
  };
}

function custodyText({ custody, indexed, leftOut }: PublishedPost): string {
  const kept = `Posted: ${custody.acknowledged} of ${custody.replicas} phones have it.`;
  const listed = indexed ? '' : ' It will be in all lists in a few minutes.';
  const left = leftOut.length === 0 ? '' : ` ${leftOut.length} friends cannot read it: their keys were out of reach.`;
  return kept + listed + left;
}
