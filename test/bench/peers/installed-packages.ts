/** The peers' packages. */
import { join } from 'node:path';
import { BenchPackages } from '../bench-packages.ts';

export const PEERS = new BenchPackages('peers', join(import.meta.dirname, 'package/package.json'));
