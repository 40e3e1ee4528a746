import { describe, expect, it } from 'vitest';
import { ImageProcess } from '../../../services/wall-api/adapters/image-process.ts';
import { MAX_MEDIA_BYTES } from '../../../services/wall-api/core/media/media-format.ts';
import { MAX_THUMBNAIL_BYTES } from '../../../services/wall-api/core/media/media-picture.ts';
import { noise, plain } from './media-scene.ts';

describe('the process that makes pictures anew', () => {
  it('makes content and thumbnail within their bounds', async () => {
    const { content, thumbnail, width, height } = await new ImageProcess().make(
      await noise(3_000, 1_500),
      MAX_MEDIA_BYTES,
    );
    expect({ width, height }).toEqual({ width: 2_560, height: 1_280 });
    expect(content.length).toBeLessThanOrEqual(MAX_MEDIA_BYTES);
    expect(thumbnail.length).toBeLessThanOrEqual(MAX_THUMBNAIL_BYTES);
  });

  it('makes a picture smaller until it fits, and refuses it when it never does', async () => {
    const pictures = new ImageProcess();
    const picture = await noise(1_200, 800);
    const { content, width } = await pictures.make(picture, 400_000);
    expect(content.length).toBeLessThanOrEqual(400_000);
    expect(width).toBe(900);
    await expect(pictures.make(picture, 10_000)).rejects.toMatchObject({ slug: 'picture-too-large' });
  });

  it('gives the same bytes for the same picture', async () => {
    const pictures = new ImageProcess();
    const picture = await noise(200, 100);
    const [one, two] = await Promise.all([picture, picture].map((bytes) => pictures.make(bytes, MAX_MEDIA_BYTES)));
    expect(Buffer.from(one!.content).equals(two!.content)).toBe(true);
  });

  it('ends what is under way when the phone stops, and takes nothing more', async () => {
    const pictures = new ImageProcess();
    const picture = await plain(400, 300).png().toBuffer();
    const underWay = Promise.all(
      [1, 2].map(() =>
        expect(pictures.make(picture, MAX_MEDIA_BYTES)).rejects.toMatchObject({ slug: 'pictures-busy' }),
      ),
    );
    pictures.stop();
    await underWay;
    await expect(pictures.make(picture, MAX_MEDIA_BYTES)).rejects.toMatchObject({ slug: 'pictures-busy' });
  });

  it('lets few wait', async () => {
    const pictures = new ImageProcess();
    const picture = await plain(40, 30).png().toBuffer();
    const made = await Promise.allSettled(Array.from({ length: 6 }, () => pictures.make(picture, MAX_MEDIA_BYTES)));
    expect(made.map(({ status }) => status)).toEqual([...Array.from({ length: 5 }, () => 'fulfilled'), 'rejected']);
  });
});
