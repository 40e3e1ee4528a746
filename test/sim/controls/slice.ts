/** The breakages that show soon, each with a few seeds: for a test, which cannot load changed sources itself. */
import { tellOfControls } from './controls.ts';
import { MUTATIONS } from './mutations.ts';

const SEEDS = 6;

const common = MUTATIONS.filter(({ isRare }) => isRare !== true);
if (!(await tellOfControls(common, SEEDS))) process.exitCode = 1;
