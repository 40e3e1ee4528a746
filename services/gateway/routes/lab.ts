/** The churn lab: breaking the network on purpose, and mending it. */
import { Type } from '../../shared/http/type.ts';
import { LabRefusal } from '../core/lab.ts';
import type { LabCommand, PhoneCommand } from '../core/lab-command.ts';
import { LAB_SCENARIOS, type LabScenario } from '../core/lab-scenario.ts';
import { Problem, type ProblemSlug } from '../core/problem.ts';
import type { GatewayRoutes, RouteContext } from './route-context.ts';

const PHONE_COMMANDS: Readonly<Record<PhoneCommand, string>> = {
  kill: 'Kill a phone in the middle of whatever it does (SIGKILL)',
  stop: 'Let a phone leave the ring gracefully',
  freeze: 'Hold a phone up: alive, but silent (SIGSTOP)',
  thaw: 'Let a frozen phone go on',
  restart: 'Start a phone again with its id and its data; one that runs is stopped first',
};
/** What the phones' fault rules take (proto/ringwall/admin/v1). */
const MAX_DELAY_MS = 10_000;
const MAX_JITTER_MS = 1_000;
const MAX_PACKET_LOSS = 0.5;
const MAX_JOINING = 50;

const LAB_PROBLEMS: readonly ProblemSlug[] = [
  ...(['lab-off', 'admin-token-required', 'admin-token-wrong', 'not-available-here', 'lab-refused'] as const),
];
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
    scenarios: Type.Array(
      Type.Object(
        { name: Type.String(), about: Type.String(), seconds: Type.Integer(), available: Type.Boolean() },
        { additionalProperties: false },
      ),
    ),
    playing: Type.Union([
      Type.Object(
        { name: Type.String(), since: Type.String({ format: 'date-time' }) },
        { additionalProperties: false },
      ),
      Type.Null(),
    ]),
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

  app.post(
    '/v1/lab/scenarios/:name',
    {
      schema: {
        summary: 'Play a scenario',
        description: 'Its steps are told as `lab` events; one is played at a time.',
        tags: ['lab'],
        params: Type.Object({ name: Type.String({ maxLength: 64 }) }),
        response: { 202: Type.Object({ name: Type.String() }, { description: 'It has begun.' }) },
      },
      config: { admin: true, problems: [...LAB_PROBLEMS, 'no-such-scenario', 'scenario-under-way'] },
    },
    async ({ params: { name } }, reply) => {
      const scenario = LAB_SCENARIOS.find((known) => known.name === name);
      if (scenario === undefined) throw new Problem('no-such-scenario');
      if (!isAvailable(context, scenario)) throw new Problem('not-available-here', unavailable(context, name));
      if (!context.player.play(scenario)) throw new Problem('scenario-under-way');
      reply.code(202);
      return { name };
    },
  );

  app.delete(
    '/v1/lab/scenarios',
    {
      schema: {
        summary: 'End the scenario that is played: what it broke is mended at once',
        tags: ['lab'],
        response: { 200: Done },
      },
      config: GUARDED,
    },
    async () => ({ done: { stopped: await context.player.stop() } }),
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

function unavailable({ lab }: RouteContext, what: string): string {
  const able = lab.actions.length === 0 ? 'nothing' : lab.actions.join(', ');
  return `Not available here: ${what}. What can be done to these phones is ${able}.`;
}

function isAvailable({ lab }: RouteContext, scenario: LabScenario): boolean {
  return scenario.actions.every((action) => lab.actions.includes(action));
}

function labText(context: RouteContext) {
  const { lab, player, labEnabled } = context;
  const { playing } = player;
  return {
    enabled: labEnabled,
    driver: lab.kind,
    actions: [...lab.actions],
    scenarios: LAB_SCENARIOS.map((scenario) => ({
      name: scenario.name,
      about: scenario.about,
      seconds: scenario.seconds,
      available: isAvailable(context, scenario),
    })),
    playing: playing === undefined ? null : { name: playing.name, since: new Date(playing.startedAtMs).toISOString() },
  };
}
