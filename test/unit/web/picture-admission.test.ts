import { describe, expect, it } from 'vitest';
import { admitPictures } from '../../../web/wall/state/picture-admission.ts';

const PNG = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13);

function picture(name: string, bytes: Uint8Array<ArrayBuffer> = PNG): File {
  return new File([bytes], name, { type: 'image/png' });
}

const names = (files: readonly File[]): string[] => files.map(({ name }) => name);

describe('pictures for a post', () => {
  it('are admitted up to four, and those beyond are named', async () => {
    const files = ['a.png', 'b.png', 'c.png'].map((name) => picture(name));
    expect(await admitPictures(files, 0)).toEqual({ admitted: files, refusals: [] });
    const { admitted, refusals } = await admitPictures(files, 3);
    expect(names(admitted)).toEqual(['a.png']);
    expect(refusals).toEqual(['A post has up to 4 pictures. Not added: b.png, c.png.']);
    expect((await admitPictures(files, 4)).admitted).toEqual([]);
  });

  it('are refused over 8 MB, the limit itself being allowed', async () => {
    const atLimit = new Uint8Array(8 * 1024 * 1024);
    atLimit.set(PNG);
    const over = new Uint8Array(atLimit.length + 1);
    over.set(PNG);
    const { admitted, refusals } = await admitPictures([picture('over.png', over), picture('at.png', atLimit)], 0);
    expect(names(admitted)).toEqual(['at.png']);
    expect(refusals).toEqual(['over.png has 8.1 MB; a picture may have 8. Make it smaller first.']);
  });

  it('are told by their content, whatever they are called', async () => {
    const heic = new TextEncoder().encode('\0\0\0\x18ftypheic and so on');
    const files = [picture('holiday.png', heic), picture('empty.png', new Uint8Array(0)), picture('fine.jpg')];
    const { admitted, refusals } = await admitPictures(files, 3);
    expect(names(admitted)).toEqual(['fine.jpg']);
    expect(refusals).toEqual([
      'holiday.png is no JPEG, PNG, WebP or GIF picture.',
      'empty.png is no JPEG, PNG, WebP or GIF picture.',
    ]);
  });
});
