/** What the process that makes a picture anew says to the phone that started it. */
import type { KEPT_TYPE } from '../core/media/media-picture.ts';

export type WorkerFault = 'unreadable' | 'too-large';

/** What the answer begins with; the lengths are those of what follows. */
export type WorkerHeader =
  | { readonly fault: WorkerFault; readonly detail: string }
  | {
      readonly fault: undefined;
      readonly type: typeof KEPT_TYPE;
      readonly width: number;
      readonly height: number;
      readonly contentBytes: number;
      readonly thumbnailBytes: number;
    };

/** The process ends with it when it takes more memory than it may. */
export const EXIT_OVER_MEMORY = 3;
