/** One's own profile, what the page looks like, a copy of everything, and the phone below. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { OwnProfile, Profile, Self } from '../../../services/wall-api/client/contract.ts';
import { urlOf } from '../api/client.ts';
import { Action } from '../parts/action.tsx';
import { Busy, Failure } from '../parts/notice.tsx';
import { useLoading } from '../state/loading.ts';
import { go } from '../state/route.ts';
import { api, logOut, me, rename } from '../state/session.ts';
import { theme } from '../state/theme.ts';

export function YouPage() {
  return (
    <>
      <h1>You</h1>
      <ProfileForm />
      <section aria-labelledby="looks">
        <h2 id="looks">Looks</h2>
        <div class="tabs" role="group" aria-labelledby="looks">
          {(['system', 'light', 'dark'] as const).map((name) => (
            <button key={name} type="button" aria-pressed={theme.value === name} onClick={() => (theme.value = name)}>
              {name === 'system' ? 'Like the device' : name === 'light' ? 'Light' : 'Dark'}
            </button>
          ))}
        </div>
      </section>
      <section aria-labelledby="yours">
        <h2 id="yours">What is yours</h2>
        <p>Everything you have on the ring, in one file: profile, posts, friends and reactions.</p>
        <div class="row">
          <Action act={download}>Download a copy</Action>
          <a class="button" href="#/interests">
            Your interests
          </a>
          <a class="button" href={`#/person/${me.value?.id}`}>
            Your posts
          </a>
        </div>
      </section>
      <Phone />
      <Action
        class="danger"
        act={async () => {
          await logOut();
          go('/welcome');
        }}
      >
        Log out
      </Action>
    </>
  );
}

function ProfileForm() {
  const profile = useLoading(`profile ${me.value?.id}`, (signal) => api.ask<Profile>('/v1/profile', { signal }));
  const name = useSignal('');
  const bio = useSignal('');
  const said = useSignal('');
  useEffect(() => {
    name.value = profile.value?.name ?? '';
    bio.value = profile.value?.bio ?? '';
  }, [profile.value]);
  const save = async (): Promise<void> => {
    const body = { name: name.peek(), bio: bio.peek() };
    const { custody, name: saved } = await api.ask<OwnProfile>('/v1/profile', { method: 'PUT', body });
    rename(saved);
    said.value = `Saved: ${custody.acknowledged} of ${custody.replicas} phones have it.`;
  };
  if (profile.isLoading) return <Busy what="Reading your profile …" />;
  if (profile.error !== undefined) return <Failure error={profile.error} retry={profile.reload} />;
  return (
    <section class="form" aria-labelledby="profile">
      <h2 id="profile">Profile</h2>
      <label>
        Name
        <input maxLength={80} value={name.value} onInput={(event) => (name.value = event.currentTarget.value)} />
      </label>
      <label>
        About you
        <textarea
          rows={3}
          maxLength={500}
          value={bio.value}
          onInput={(event) => (bio.value = event.currentTarget.value)}
        />
      </label>
      <Action class="primary" act={save} disabled={name.value.trim() === ''}>
        Save
      </Action>
      <p class="said" role="status">
        {said.value}
      </p>
    </section>
  );
}

function Phone() {
  const self = useLoading('self', (signal) => api.ask<Self>('/v1/network/self', { signal }));
  return (
    <section aria-labelledby="phone">
      <h2 id="phone">This phone</h2>
      {self.error !== undefined && <Failure error={self.error} retry={self.reload} />}
      {self.value !== undefined && (
        <dl class="facts">
          <div>
            <dt>Its place on the ring</dt>
            <dd>{self.value.phone.id}</dd>
          </div>
          <div>
            <dt>Records it keeps for everybody</dt>
            <dd>
              {self.value.records} ({Math.ceil(self.value.recordBytes / 1024)} KiB)
            </dd>
          </div>
          <div>
            <dt>Phones that keep each record</dt>
            <dd>{self.value.replication}</dd>
          </div>
        </dl>
      )}
      <p>
        <a href={urlOf('/docs').href}>The API of this phone</a>
      </p>
    </section>
  );
}

async function download(): Promise<void> {
  const response = await api.open('/v1/export');
  const link = document.createElement('a');
  link.href = URL.createObjectURL(await response.blob());
  link.download = 'ringwall-export.ndjson';
  link.click();
  URL.revokeObjectURL(link.href);
}
