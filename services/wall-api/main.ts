/** A wall API in a process of its own, beside the chord router it works with. */
import { CanServiceDefinition } from '../../proto/gen/ringwall/can/v1/can.ts';
import { ChordServiceDefinition } from '../../proto/gen/ringwall/chord/v1/chord.ts';
import { EmbedderServiceDefinition } from '../../proto/gen/ringwall/embedder/v1/embedder.ts';
import { askWhoThisIs } from '../shared/runtime/grpc/sibling.ts';
import { runService } from '../shared/runtime/program/standalone-service.ts';
import { ALONE_VARIABLES, readAloneSettings } from './environment.ts';
import { startWallApi } from './start.ts';

await runService({
  name: 'wall-api',
  purpose: "a phone's REST API, over its chord router.",
  variables: ALONE_VARIABLES,
  readSettings: readAloneSettings,
  async start({ dataDir, chordAddress, canAddress, embedderAddress, wall: settings }, surroundings) {
    const { stopping, logger, registry } = surroundings;
    const chord = surroundings.connect(ChordServiceDefinition, chordAddress);
    const can = surroundings.connect(CanServiceDefinition, canAddress);
    const embedder = surroundings.connect(EmbedderServiceDefinition, embedderAddress);
    const phone = await askWhoThisIs(chord, stopping);
    const wall = await startWallApi({ ...settings, chord, can, embedder, dataDir, phone, logger, registry });
    surroundings.defer(() => wall.stop());
    return { ready: { id: phone.id, api: wall.url } };
  },
});
