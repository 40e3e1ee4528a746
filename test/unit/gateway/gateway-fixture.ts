/** A gateway that listens, before fake phones. */
import { onTestFinished } from 'vitest';
import { type GatewayOptions, startGateway } from '../../../services/gateway/start.ts';
import { Registry } from '../../../services/shared/runtime/metrics/metrics.ts';
import { createLogger } from '../../../services/shared/runtime/program/logging.ts';
import { type FakePhone, startFakePhone } from './fake-phone.ts';

export interface GatewayFixture {
  /** `http://host:port`. */
  readonly url: string;
  readonly phones: readonly FakePhone[];
  readonly registry: Registry;
}

/** So many fake phones, numbered from 1, behind a gateway. */
export async function startFixture(phones: number, more: Partial<GatewayOptions> = {}): Promise<GatewayFixture> {
  const fakes = await Promise.all(Array.from({ length: phones }, (_, i) => startFakePhone(i + 1)));
  const registry = new Registry();
  const gateway = await startGateway({
    listen: { host: '127.0.0.1', port: 0 },
    source: { kind: 'list', apis: fakes.map(({ api }) => api) },
    hosts: [],
    logger: createLogger('silent'),
    registry,
    checkAnswers: true,
    ...more,
  });
  onTestFinished(() => gateway.stop());
  return { url: gateway.url, phones: fakes, registry };
}
