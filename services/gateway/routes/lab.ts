/** The churn lab: breaking the network on purpose, and mending it. */
import { Type } from '../../shared/http/type.ts';
import { LabRefusal } from '../core/lab.ts';
import type { LabCommand, PhoneCommand } from '../core/lab-command.ts';
import { Problem } from '../core/problem.ts';
import { LAB_PROBLEMS, unavailable } from './lab-problems.ts';
import {
  PlayedSchema,
  PlayingSchema,
  playedText,
  playingText,
  ScenarioSchema,
  scenarioTexts,
} from './lab-scenarios.ts';
import type { GatewayRoutes, RouteContext } from './route-context.ts';

const PHONE_COMMANDS: Readonly<Record<PhoneCommand, string>> = {
  kill: 'Kill a phone in the middle of whatever it does (SIGKILL)',
  stop: 'Let a phone leave the ring gracefully',
  freeze: 'Hold a phone up: alive, but silent (SIGSTOP)',
  thaw: 'Let a frozen phone go on',
  restart: 'Start a phone again with its id and its data; one that runs is stopped first',
  move: 'Start a phone with its data at another address, so under another id; one that runs loses its network first',
};
/** What the phones' fault rules take (proto/ringwall/admin/v1). */
const MAX_DELAY_MS = 10_000;
const MAX_JITTER_MS = 1_000;
const MAX_PACKET_LOSS = 0.5;
const MAX_JOINING = 50;

const GUARDED = { admin: true, problems: LAB_PROBLEMS };
const Phones = Type.Array(Type.Integer({ minimum: 0 }), { minItems: 1, maxItems: 2_000, uniqueItems: true });
const Done = Type.Object({ done: Type.Unknown({ description: 'What became of it.' }) }, { description: 'Done.' });
const NumberParams = Type.Object({
  n: Type.Integer({ minimum: 0, maximum: 999_999, description: 'A phone’s number.' }),
});

export const LabSchema = Type.Object(
  {
    enabled: Type.Boolean({ description: 'Whether there is an admin token that could be shown.' }),
    driver: Type.Union([Type.Literal('processes'), Type.Literal('containers'), Type.Literal('none')]),
    actions: Type.Array(Type.String(), { description: 'What can be done here.' }),
    scenarios: Type.Array(ScenarioSchema, { description: 'The shortest first.' }),
    playing: Type.Union([PlayingSchema, Type.Null()]),
    last: Type.Union([PlayedSchema, Type.Null()], { description: 'What came of the scenario that was played last.' }),
  },
  { additionalProperties: false },
);

const SlowBody = Type.Object(
  {
    phones: Phones,
    delayMs: Type.Optional(
      Type.Array(Type.Number({ minimum: 0, maximum: MAX_DELAY_MS }), {
        ...{ minItems: 2, maxItems: 2 },
        description: 'Added one way, each way: drawn once a link from this range.',
      }),
    ),
    jitterMs: Type.Optional(Type.Number({ minimum: 0, maximum: MAX_JITTER_MS })),
    loss: Type.Optional(
      Type.Number({ minimum: 0, maximum: 1, description: 'Part of the requests and replies that are lost.' }),
    ),
    packetLoss: Type.Optional(Type.Number({ minimum: 0, maximum: MAX_PACKET_LOSS })),
  },
  { additionalProperties: false },
);

export const labRoutes: GatewayRoutes = async (app, { context }) => {
  app.get(
    '/v1/lab',
    { schema: { summary: 'What can be done here', tags: ['lab'], response: { 200: LabSchema } } },
    async () => labText(context),
  );

  for (const [name, summary] of Object.entries(PHONE_COMMANDS)) {
    app.post<{ Params: { n: number } }>(
      `/v1/lab/phones/:n/${name}`,
      {
        schema: { summary, tags: ['lab'], params: NumberParams, response: { 200: Done } },
        config: { admin: true, problems: [...LAB_PROBLEMS, 'no-such-phone'] },
      },
      async ({ params: { n } }) => {
        if (context.book.find(n) === undefined) throw new Problem('no-such-phone');
        return await perform(context, { command: name as PhoneCommand, n });
      },
    );
  }

  app.post(
    '/v1/lab/cut',
    {
      schema: {
        summary: 'Cut phones off from all others; a new cut replaces the one before',
        tags: ['lab'],
        body: Type.Object(
          {
            phones: Phones,
            oneWay: Type.Optional(Type.Boolean({ description: 'They hear nobody on the other side, but are heard.' })),
          },
          { additionalProperties: false },
        ),
        response: { 200: Done },
      },
      config: GUARDED,
    },
    async ({ body }) => await perform(context, { command: 'cut', ...body }),
  );

  app.post(
    '/v1/lab/slow',
    {
      schema: {
        summary: 'Make all links of phones slow or lossy',
        tags: ['lab'],
        body: SlowBody,
        response: { 200: Done },
      },
      config: GUARDED,
    },
    async ({ body: { phones, delayMs = [0, 0], jitterMs = 0, loss = 0, packetLoss = 0 } }) => {
      const [least, most] = delayMs as [number, number];
      if (least > most) throw new Problem('lab-refused', 'delayMs must be a range: the least first.');
      return await perform(context, { command: 'slow', phones, delayMs: [least, most], jitterMs, loss, packetLoss });
    },
  );

  app.post(
    '/v1/lab/heal',
    {
      schema: {
        summary: 'End all cuts, and make all links as fast as they are',
        tags: ['lab'],
        response: { 200: Done },
      },
      config: GUARDED,
    },
    async () => await perform(context, { command: 'heal' }),
  );

  app.post(
    '/v1/lab/join',
    {
      schema: {
        summary: 'Add phones; answers once they are members of the ring',
        tags: ['lab'],
        body: Type.Object(
          { count: Type.Integer({ minimum: 1, maximum: MAX_JOINING }) },
          { additionalProperties: false },
        ),
        response: { 200: Done },
      },
      config: GUARDED,
    },
    async ({ body: { count } }) => await perform(context, { command: 'join', count }),
  );
};

async function perform(context: RouteContext, command: LabCommand): Promise<{ done: unknown }> {
  const { lab, hub } = context;
  if (!lab.actions.includes(command.command))
    throw new Problem('not-available-here', unavailable(context, command.command));
  try {
    const done = await lab.perform(command);
    hub.send('lab', { ...command });
    return { done };
  } catch (error) {
    if (error instanceof LabRefusal) throw new Problem('lab-refused', `${error.message}.`);
    throw error;
  }
}

function labText(context: RouteContext) {
  const { lab, player, labEnabled, now } = context;
  return {
    enabled: labEnabled,
    driver: lab.kind,
    actions: [...lab.actions],
    scenarios: scenarioTexts(context),
    playing: playingText(player.playing, now()),
    last: playedText(player.last),
  };
}
