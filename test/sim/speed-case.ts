/** Measures the one case of speed.ts that its argument says, as JSON, and prints the row as JSON. */
import { measureCase, type SpeedCase } from './speed.ts';

const speedCase = JSON.parse(process.argv[2] ?? '') as SpeedCase;
console.log(JSON.stringify(measureCase(speedCase)));
