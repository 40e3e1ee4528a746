/** The texts a post has had. */
import type { Page, Version } from '../../../services/wall-api/client/contract.ts';
import { useLoading } from '../state/loading.ts';
import { api } from '../state/session.ts';
import { Dialog } from './dialog.tsx';
import { Moment } from './moment.tsx';
import { Busy, Failure, Partial } from './notice.tsx';

export function History({ post, close }: { readonly post: string; readonly close: () => void }) {
  const history = useLoading(post, (signal) => api.ask<Page<Version>>(`/v1/posts/${post}/history`, { signal }));
  return (
    <Dialog title="Earlier versions" close={close}>
      {history.isLoading && <Busy what="Asking the phones …" />}
      {history.error !== undefined && <Failure error={history.error} retry={history.reload} />}
      {history.value?.complete === false && <Partial what="Some phones did not answer: a version may be missing." />}
      <ol class="versions">
        {history.value?.items.map(({ version, text, writtenAt }) => (
          <li key={version}>
            <span class="meta">
              Version {version} · <Moment at={writtenAt} />
            </span>
            <p class="text">{text}</p>
          </li>
        ))}
      </ol>
    </Dialog>
  );
}
