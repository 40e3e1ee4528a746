/** What the OpenAPI document says of the gateway. */
import type { ApiDescription } from '../shared/http/open-api.ts';
import { PROBLEMS } from './core/problem.ts';

const DESCRIPTION = `The one public door of a Ringwall testnet. \`/phones/{n}/…\` is the whole API of phone n, event streams and uploads
included; its own description is at \`/phones/{n}/docs\`. What is here is about the network as a whole.

Errors are RFC 9457 problems with stable types. A phone that cannot be reached is \`phone-unreachable\` (502), one that
takes too long \`phone-silent\` (504); whatever a phone itself answers comes through as it is.`;

export const GATEWAY_API: ApiDescription = {
  title: 'Ringwall gateway',
  version: '1.0.0',
  description: DESCRIPTION,
  tags: {
    phones: 'The phones behind this gateway.',
    network: 'The network as a whole: sampled and put together, so that hundreds of phones are not flooded.',
    lab: 'The churn lab: breaking the network on purpose. Changing things needs the admin token.',
    service: 'The gateway as a service: health, metrics, documentation.',
  },
  securitySchemes: { admin: { type: 'http', scheme: 'bearer', description: 'The admin token of the gateway.' } },
  problems: PROBLEMS,
  describeRoute: ({ options: { config = {} } }) => (config.admin === true ? { security: [{ admin: [] }] } : {}),
};
