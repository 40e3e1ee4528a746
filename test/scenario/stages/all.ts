/** The stages that scenarios can be played on, by the names that `--on` takes. */
import type { StageName } from '../../../services/shared/scenario/file/parse-scenario.ts';
import type { StageFactory } from '../stage.ts';
import { ContainerStage } from './containers.ts';
import { ProcessStage } from './processes.ts';
import { SimStage } from './sim.ts';

export const STAGES: Readonly<Record<StageName, StageFactory>> = {
  sim: (options) => new SimStage(options),
  processes: (options) => new ProcessStage(options),
  containers: (options) => new ContainerStage(options),
};
