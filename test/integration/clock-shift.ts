/**
 * Preloaded into a phone's process: its wall clock reads `CLOCK_SHIFT_MS` ms off, and jumps by it to and fro at
 * SIGUSR2, as when somebody sets the clock of a phone by hand.
 */
const shiftMs = Number(process.env['CLOCK_SHIFT_MS'] ?? 0);
const realNow = Date.now.bind(Date);
let shifted = false;

Date.now = () => realNow() + (shifted ? shiftMs : 0);

process.on('SIGUSR2', () => {
  shifted = !shifted;
});
