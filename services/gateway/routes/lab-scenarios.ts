/** Whole scenarios of the churn lab: what is to befall the network, as files of `scenarios/` have it. */

import { type Static, Type } from '../../shared/http/type.ts';
import type { Scenario } from '../../shared/scenario/scenario.ts';
import { Problem } from '../core/problem.ts';
import { actionsOf, LEAST_PHONES } from '../scenario/fitted.ts';
import type { Played, Playing } from '../scenario/player.ts';
import { LAB_PROBLEMS, unavailable } from './lab-problems.ts';
import type { GatewayRoutes, RouteContext } from './route-context.ts';

const Sentences = Type.Array(Type.String());
const TimeText = Type.String({ format: 'date-time' });

export const ScenarioSchema = Type.Object(
  {
    name: Type.String(),
    about: Type.String(),
    seconds: Type.Integer({ description: 'How long it is played; then the network settles.' }),
    settleSeconds: Type.Integer({ description: 'The longest wait until the ring is whole again.' }),
    assertions: Type.Integer({ description: 'What must hold.' }),
    available: Type.Boolean({ description: 'Whether all that it does can be done to these phones.' }),
  },
  { additionalProperties: false },
);

export const PlayingSchema = Type.Object(
  {
    name: Type.String(),
    since: TimeText,
    seconds: Type.Integer({ description: 'How long it is played; then the network settles.' }),
    elapsedSeconds: Type.Number(),
    phase: Type.Union([Type.Literal('playing'), Type.Literal('settling'), Type.Literal('mending')]),
    limits: Type.Array(Type.String(), { description: 'What is not played of it here.' }),
  },
  { additionalProperties: false },
);

export const PlayedSchema = Type.Object(
  {
    name: Type.String(),
    ended: TimeText,
    stopped: Type.Boolean({ description: 'Ended before its time: nothing is asserted then.' }),
    limits: Sentences,
    refused: Type.Array(Type.String(), { description: 'What could not be done, and why.' }),
    verdict: Type.Array(
      Type.Object(
        {
          assertion: Type.String(),
          measured: Type.Union([Type.String(), Type.Null()]),
          holds: Type.Union([Type.Boolean(), Type.Null()], { description: 'Null: it cannot be known here.' }),
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
);

const PlayBody = Type.Union([
  Type.Object(
    {
      spare: Type.Optional(
        Type.Array(Type.Integer({ minimum: 0, maximum: 999_999 }), {
          ...{ maxItems: 2_000, uniqueItems: true },
          description: 'Phones that nothing is to befall.',
        }),
      ),
    },
    { additionalProperties: false },
  ),
  Type.Null(),
]);

export const labScenarioRoutes: GatewayRoutes = async (app, { context }) => {
  app.post(
    '/v1/lab/scenarios/:name',
    {
      schema: {
        summary: 'Play a scenario',
        description:
          'The phones that live take the parts of those in the file. Steps are told as `lab` events, what came of it by ' +
          'GET /v1/lab. One is played at a time; afterwards who went comes back, and who came leaves.',
        tags: ['lab'],
        params: Type.Object({ name: Type.String({ maxLength: 64 }) }),
        body: PlayBody,
        response: { 202: Type.Object({ name: Type.String() }, { description: 'It has begun.' }) },
      },
      config: { admin: true, problems: [...LAB_PROBLEMS, 'no-such-scenario', 'scenario-under-way'] },
    },
    async ({ params: { name }, body }, reply) => {
      const scenario = context.scenarios.find((known) => known.name === name);
      if (scenario === undefined) throw new Problem('no-such-scenario');
      if (!isAvailable(context, scenario)) throw new Problem('not-available-here', unavailable(context, name));
      const begun = context.player.play(scenario, body?.spare);
      if (begun === 'another is played') throw new Problem('scenario-under-way');
      if (begun === 'too few phones')
        throw new Problem('lab-refused', `At least ${LEAST_PHONES} living phones are needed.`);
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
        response: { 200: Type.Object({ done: Type.Unknown() }, { description: 'Done.' }) },
      },
      config: { admin: true, problems: LAB_PROBLEMS },
    },
    async () => ({ done: { stopped: await context.player.stop() } }),
  );
};

export function scenarioTexts(context: RouteContext): Static<typeof ScenarioSchema>[] {
  return context.scenarios.map((scenario) => ({
    name: scenario.name,
    about: scenario.about.trim(),
    seconds: Math.round(scenario.durationMs / 1_000),
    settleSeconds: Math.round(scenario.settleMs / 1_000),
    assertions: scenario.assertions.length,
    available: isAvailable(context, scenario),
  }));
}

export function playingText(playing: Playing | undefined, nowMs: number): Static<typeof PlayingSchema> | null {
  if (playing === undefined) return null;
  const { name, startedAtMs, durationMs, phase, limits } = playing;
  return {
    ...{ name, phase, limits: [...limits] },
    since: new Date(startedAtMs).toISOString(),
    seconds: Math.round(durationMs / 1_000),
    elapsedSeconds: (nowMs - startedAtMs) / 1_000,
  };
}

export function playedText(played: Played | undefined): Static<typeof PlayedSchema> | null {
  if (played === undefined) return null;
  const { name, endedAtMs, stopped, limits, refused, verdict } = played;
  return {
    ...{ name, stopped, limits: [...limits], refused: [...refused] },
    ended: new Date(endedAtMs).toISOString(),
    verdict: verdict.map(({ assertion, measured, holds }) => ({
      assertion,
      measured: measured ?? null,
      holds: holds ?? null,
    })),
  };
}

function isAvailable({ lab }: RouteContext, scenario: Scenario): boolean {
  return actionsOf(scenario).every((action) => lab.actions.includes(action));
}
