/** The embedder in a process of its own, and what its model means to the routers of a network. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { EmbedderServiceDefinition } from '../../proto/gen/ringwall/embedder/v1/embedder.ts';
import { modelIn } from '../../services/embedder/adapters/chosen-model.ts';
import { writeProjection } from '../../services/embedder/adapters/projection-file.ts';
import { grpcClient } from '../../services/shared/runtime/grpc/grpc-client.ts';
import { writeExport } from '../unit/embedder/onnx-export.ts';
import { REFERENCE } from '../unit/embedder/reference.ts';
import { eventually } from './eventually.ts';
import { newDataFolder, startRouter, stopRouters } from './router-process.ts';

const MAIN = join(import.meta.dirname, '../../services/embedder/main.ts');

interface Ready {
  readonly embedder: string;
  readonly metrics: string;
}

function startEmbedder(variables: Readonly<Record<string, string>>): ChildProcess {
  const embedder = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN], {
    env: { ...process.env, RINGWALL_EMBEDDER_LISTEN: '127.0.0.1:0', RINGWALL_LOG_LEVEL: 'error', ...variables },
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  });
  onTestFinished(async () => {
    if (embedder.exitCode !== null || embedder.signalCode !== null) return;
    embedder.kill('SIGKILL');
    await once(embedder, 'exit');
  });
  return embedder;
}

async function readyEmbedder(variables: Readonly<Record<string, string>> = {}) {
  const process = startEmbedder({ RINGWALL_METRICS_LISTEN: '127.0.0.1:0', ...variables });
  const [ready] = (await once(process, 'message')) as [Ready];
  const client = grpcClient(EmbedderServiceDefinition, ready.embedder);
  onTestFinished(() => client.close());
  const metrics = async (): Promise<string> => await (await fetch(`http://${ready.metrics}/metrics`)).text();
  return { process, address: ready.embedder, service: client.service, metrics };
}

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ringwall-embedder-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Another model, as somebody may have exported it. */
async function otherModel(): Promise<string> {
  const folder = await newFolder();
  await writeExport(folder);
  const { checksum: modelChecksum } = (await modelIn(folder)).model;
  const axes = [Float32Array.of(1, 0, 0), Float32Array.of(0, 1, 0)];
  const projection = { axes, quantiles: axes.map(() => Float32Array.of(0)) };
  await writeProjection(join(folder, 'projection.json'), projection, { version: '1', modelChecksum });
  return folder;
}

afterEach(stopRouters);

describe('an embedder alone', () => {
  it('makes its model, embeds as the reference does, lets the model go, and leaves on SIGTERM', async () => {
    const { process, service, metrics } = await readyEmbedder({
      XDG_CACHE_HOME: await newFolder(),
      RINGWALL_MODEL_IDLE_SECONDS: '1',
    });
    expect(await metrics()).toContain('ringwall_embedder_cold_starts_total 0');
    const sentences = REFERENCE.filter(({ id }) => id !== 'empty' && id !== 'chinese').slice(0, 5);
    const { texts } = await service.embed({ texts: ['\u{1f389}', ...sentences.map((sentence) => sentence.text)] });
    expect(texts[0]!.embedding).toBeUndefined();
    const compared = sentences.filter((_, i) => texts[i + 1]!.embedding !== undefined);
    expect(compared.length).toBeGreaterThan(3);
    for (const [i, sentence] of sentences.entries()) {
      const embedding = texts[i + 1]!.embedding;
      if (embedding === undefined) continue;
      const differences = embedding.vector.map((value, k) => Math.abs(value - sentence.embedding[k]!));
      expect(Math.max(...differences)).toBeLessThan(2e-6);
      expect(embedding.place!.point).toHaveLength(8);
    }
    expect(await metrics()).toContain('ringwall_embedder_cold_starts_total 1');
    expect(await metrics()).toContain('ringwall_embedder_texts_total{outcome="not-understood"}');
    await eventually('the model is let go', async () =>
      (await metrics()).includes('ringwall_embedder_model_resident 0'),
    );
    process.kill('SIGTERM');
    expect(await once(process, 'exit')).toEqual([0, null]);
  });

  it('lists all that is wrong with its environment', async () => {
    const embedder = startEmbedder({ RINGWALL_EMBEDDER_LISTEN: 'nowhere', RINGWALL_MODEL_IDLE_SECONDS: 'never' });
    const [told, [code]] = await Promise.all([text(embedder.stderr!), once(embedder, 'exit')]);
    expect(code).toBe(78);
    for (const name of ['RINGWALL_EMBEDDER_LISTEN', 'RINGWALL_MODEL_IDLE_SECONDS']) expect(told).toContain(name);
  });

  it('does not start without the model that it is to use', async () => {
    const embedder = startEmbedder({ RINGWALL_MODEL: await newFolder() });
    const [told, [code]] = await Promise.all([text(embedder.stderr!), once(embedder, 'exit')]);
    expect(code).toBe(78);
    expect(told).toMatch(/holds no model/);
    expect(told).toMatch(/model\.onnx\.data is missing/);
  });
});

describe('routers beside embedders', () => {
  it('are one network when these have the same model and projection, and refuse each other when not', async () => {
    const usual = await readyEmbedder();
    const other = await readyEmbedder({ RINGWALL_MODEL: await otherModel() });
    const beside = (embedder: { address: string }) => ({ RINGWALL_EMBEDDER_ADDRESS: embedder.address });
    const first = await startRouter(await newDataFolder(), [], beside(usual));
    let told = '';
    const stranger = startRouter(await newDataFolder(), [first.peer], beside(other), (chunk) => {
      told += chunk;
    });
    stranger.catch(() => {}); // it never becomes ready: stopRouters ends it
    await eventually('the router of another model is refused', () =>
      Promise.resolve(first.log().includes('need the same model and projection: this phone has \\"use-lite-en')),
    );
    await eventually('the router of another model says why it cannot join', () =>
      Promise.resolve(/another phone refused a link/.test(told) && told.includes(', not \\"sentence-transformers')),
    );
    expect((await first.chord.getStatus({})).successors).toEqual([]);
    const second = await startRouter(await newDataFolder(), [first.peer], beside(usual));
    expect((await second.chord.getStatus({})).successors.map(({ id }) => id)).toEqual([first.id]);
  });
});
