/** A wall API in a process of its own, beside the chord router it works with. */
import { CanServiceDefinition } from '../../proto/gen/ringwall/can/v1/can.ts';
import { ChordServiceDefinition } from '../../proto/gen/ringwall/chord/v1/chord.ts';
import { EmbedderServiceDefinition } from '../../proto/gen/ringwall/embedder/v1/embedder.ts';
import { askWhoThisIs } from '../shared/runtime/sibling.ts';
import { runService } from '../shared/runtime/standalone-service.ts';
import { readWallApiSettings, startWallApi, WALL_API_VARIABLES } from './start.ts';

await runService({
  name: 'wall-api',
  purpose: "a phone's REST API, over its chord router.",
  variables: [
    { name: 'RINGWALL_DATA', meaning: "folder of the phone's state", fallback: 'required' },
    { name: 'RINGWALL_CHORD_ADDRESS', meaning: "host:port of the chord router's sibling API", fallback: 'required' },
    { name: 'RINGWALL_CAN_ADDRESS', meaning: 'host:port of the can-index', fallback: 'required' },
    { name: 'RINGWALL_EMBEDDER_ADDRESS', meaning: 'host:port of the embedder', fallback: 'required' },
    ...WALL_API_VARIABLES,
  ],
  readSettings: (environment) => ({
    dataDir: environment.text('RINGWALL_DATA'),
    chordAddress: environment.hostPort('RINGWALL_CHORD_ADDRESS'),
    canAddress: environment.hostPort('RINGWALL_CAN_ADDRESS'),
    embedderAddress: environment.hostPort('RINGWALL_EMBEDDER_ADDRESS'),
    wall: readWallApiSettings(environment),
  }),
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
