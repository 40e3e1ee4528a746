/** The console: the network as it is, and the lab that breaks it. */
import { useEffect } from 'preact/hooks';
import { ZoneMap } from './can/zone-map.tsx';
import { LabPanel } from './lab/lab-panel.tsx';
import { WallWatch } from './lab/wall-watch.tsx';
import { LatencyMatrix } from './parts/latency-matrix.tsx';
import { PhoneTable } from './parts/phone-table.tsx';
import { PulseCharts } from './parts/pulse-charts.tsx';
import { Summary } from './parts/summary.tsx';
import { LookupPlayer } from './ring/lookup-player.tsx';
import { RingView } from './ring/ring-view.tsx';
import { followEvents } from './state/events.ts';
import { isReached, urlOf } from './state/gateway.ts';
import { alive, marks } from './state/phones.ts';
import { followSurvey } from './state/survey.ts';

export function App() {
  useEffect(() => {
    const stops = [followEvents(), followSurvey()];
    return () => stops.forEach((stop) => stop());
  }, []);
  return (
    <>
      <header class="top">
        <h1>Ringwall console</h1>
        <span class="space" />
        <Census />
        <a href={urlOf('/docs')}>API</a>
      </header>
      {!isReached.value && (
        <p class="offline" role="alert">
          The gateway does not answer: what you see is old. Is the testnet still running?
        </p>
      )}
      <main>
        <Summary />
        <section class="drawing" aria-labelledby="ring">
          <h2 id="ring">Ring</h2>
          <RingView />
          <Legend />
        </section>
        <section class="drawing" aria-labelledby="can">
          <h2 id="can">Space of meanings</h2>
          <ZoneMap />
        </section>
        <div class="column">
          <LabPanel />
          <LookupPlayer />
          <section class="drawing small" aria-labelledby="latency">
            <h2 id="latency">Round trips</h2>
            <LatencyMatrix />
          </section>
        </div>
        <div class="column">
          <WallWatch />
        </div>
        <PulseCharts />
        <PhoneTable />
      </main>
    </>
  );
}

function Census() {
  return (
    <span role="status">
      {alive.value.length} of {marks.value.length} phones alive
    </span>
  );
}

function Legend() {
  return (
    <p class="legend">
      {(['alive', 'joining', 'suspected', 'dead', 'left'] as const).map((state) => (
        <span key={state} class={`state ${state}`}>
          {state}
        </span>
      ))}
      <span>thick lines: successors, thin: fingers</span>
    </p>
  );
}
