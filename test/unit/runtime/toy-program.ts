/** A program for lifecycle.test.ts to start, signal and abandon. Its behaviour is the first argument. */
import { ConfigurationError } from '../../../services/shared/runtime/program/environment.ts';
import { runUntilStopped, unlessStopped } from '../../../services/shared/runtime/program/lifecycle.ts';

const behaviour = process.argv[2] ?? 'plain';

await runUntilStopped({
  logger: () => undefined,
  exitWithParent: behaviour.startsWith('follow-parent'),
  stopDeadlineMs: behaviour === 'hang' ? 100 : 10_000,
  async start(stopping) {
    if (behaviour === 'follow-parent-early') {
      process.send?.({ type: 'starting' });
      await unlessStopped(new Promise(() => {}), stopping);
    }
    if (behaviour === 'misconfigured') throw new ConfigurationError(['A must be set', 'B must be a number']);
    if (behaviour === 'broken') throw new Error('the port is taken');
    const work = setInterval(() => {}, 1_000);
    if (behaviour === 'crash') setImmediate(() => Promise.reject(new Error('a defect')));
    return {
      ready: { id: 'toy' },
      async stop() {
        if (behaviour === 'hang') await new Promise(() => {});
        process.stdout.write('stopped\n');
        if (behaviour !== 'open') clearInterval(work);
      },
      async pause() {
        process.stdout.write('paused\n');
        clearInterval(work);
      },
    };
  },
});
