/** Taking one's data away. */
import { Readable } from 'node:stream';
import { Type } from '../../shared/http/type.ts';
import { EXPORT_FORMAT, type Exporter } from '../core/export.ts';
import type { UnlockedPerson } from '../core/identity/person.ts';
import { personOf } from '../plugins/session-guard.ts';
import type { WallRoutes } from './route-context.ts';

const MEDIA_TYPE = 'application/x-ndjson';

export const exportRoutes: WallRoutes = async (app, { context }) => {
  const { exporter } = context.social;

  app.get(
    '/v1/export',
    {
      // A HEAD would run the whole stream for nobody.
      exposeHeadRoute: false,
      schema: {
        summary: 'Everything you have on the ring',
        description:
          `A JSON document a line (${EXPORT_FORMAT}): a header, then each of your records with its content opened and its ` +
          'signed bytes, so that anybody can check it elsewhere; at the end how many there are, which posts could not be ' +
          'read, and whether it is complete. An export without an end line was cut off.',
        tags: ['people'],
        response: { 200: Type.Unknown({ description: 'A stream.' }) },
      },
      config: { session: 'required', cost: 50, produces: MEDIA_TYPE },
    },
    async (request, reply) => {
      const me = personOf(request);
      reply.header('content-type', MEDIA_TYPE);
      reply.header('content-disposition', 'attachment; filename="ringwall-export.ndjson"');
      return reply.send(Readable.from(jsonLines(exporter, me), { objectMode: false }));
    },
  );
};

async function* jsonLines(exporter: Exporter, me: UnlockedPerson): AsyncGenerator<string, void, undefined> {
  for await (const line of exporter.lines(me)) yield `${JSON.stringify(line)}\n`;
}
