/** Copied beside the installed packages, so that Node finds them from here. */
export const load = (name: string): Promise<unknown> => import(name);
