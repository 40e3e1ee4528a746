/** Before the first suite: the image is made, and what an earlier run that was cut short left behind is removed. */
import { buildImage } from '../../../containers/image.ts';
import { openEngine, removeLeftovers, SESSION_VARIABLE, sessionOf } from './engine.ts';

/** RINGWALL_TEST_IMAGE: another image to test, which is not made here. */
export const IMAGE_VARIABLE = 'RINGWALL_TEST_IMAGE';
/** Apart from the one a person built, so that neither changes under the other. */
const TEST_IMAGE = 'ringwall-test';

export async function setup(): Promise<() => Promise<void>> {
  const engine = await openEngine();
  const session = sessionOf(process.pid);
  process.env[SESSION_VARIABLE] = session;
  await removeLeftovers(engine);
  if ((process.env[IMAGE_VARIABLE] ?? '') === '') {
    await buildImage({ tag: TEST_IMAGE, onProgress: (step) => console.error(`· ${step}`) });
    process.env[IMAGE_VARIABLE] = TEST_IMAGE;
  }
  return () => removeLeftovers(engine, session);
}
