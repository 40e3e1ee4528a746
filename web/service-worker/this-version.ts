/** Which build of the pages this is: another one with each change of their sources. web/pages.ts puts it in. */
declare const PAGE_VERSION: string;

export const THIS_VERSION = PAGE_VERSION;
