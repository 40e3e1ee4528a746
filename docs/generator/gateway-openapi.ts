/** The OpenAPI document of the gateway, as it serves it; no phones are needed for that, so there are none. */
import { assembleGateway } from '../../services/gateway/start.ts';
import { Registry } from '../../services/shared/runtime/metrics/metrics.ts';
import { createLogger } from '../../services/shared/runtime/program/logging.ts';
import type { OpenApi } from './rest.ts';

export async function gatewayOpenApi(): Promise<OpenApi> {
  const gateway = await assembleGateway({
    listen: { host: '127.0.0.1', port: 0 },
    source: { kind: 'list', apis: [] },
    hosts: [],
    logger: createLogger('silent'),
    registry: new Registry(),
  });
  try {
    const response = await gateway.app.inject('/openapi.json');
    return response.json<OpenApi>();
  } finally {
    await gateway.close();
  }
}
