/** The page at the gateway's root: which phones there are, and where everything is. It needs no script. */
import { createHash } from 'node:crypto';
import type { Phone } from '../core/phone.ts';
import type { GatewayRoutes } from './route-context.ts';

const REFRESH_S = 5;
const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid #8884; }
code { font-size: .85em; }
.scroll { overflow-x: auto; }
.dead, .left { opacity: .6; }
.suspected td:nth-child(2), .dead td:nth-child(2) { font-weight: 600; }
`;
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');
const PAGE_POLICY = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`;

export const landingRoutes: GatewayRoutes = async (app, { context }) => {
  app.get('/', { schema: { hide: true } }, async (_request, reply) => {
    context.watch.watched();
    return reply
      .header('content-security-policy', PAGE_POLICY)
      .type('text/html; charset=utf-8')
      .send(pageOf(context.book.phones, context.now()));
  });
};

function pageOf(phones: readonly Phone[], nowMs: number): string {
  const alive = phones.filter(({ state }) => state === 'alive').length;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="${REFRESH_S}">
<title>Ringwall: ${alive} of ${phones.length} phones</title>
<style>${STYLE}</style>
</head>
<body>
<h1>Ringwall</h1>
<p>A social network with no server: ${alive} of ${phones.length} phones are alive. Each phone serves the whole of it.</p>
<ul>
<li><a href="console">The console</a>: the network to look at and to break, and <a href="phones/1/">the wall of phone 1</a></li>
<li><a href="docs">The gateway's API</a>, <a href="v1/phones">its phones</a> and <a href="metrics">metrics</a> as JSON and text</li>
<li>Each phone's own API is under <code>/phones/N/</code>, with a page to try it at <code>/phones/N/docs</code></li>
</ul>
<div class="scroll">
<table>
<thead><tr><th>phone</th><th>state</th><th>since</th><th>records</th><th>place on the ring</th><th></th></tr></thead>
<tbody>
${phones.map((phone) => rowOf(phone, nowMs)).join('\n')}
</tbody>
</table>
</div>
</body>
</html>
`;
}

/** What phones say of themselves are numbers and ids by now, so nothing here needs escaping. */
function rowOf({ n, state, sinceMs, words }: Phone, nowMs: number): string {
  const links = ['docs', 'v1/feed?strategy=recent', 'v1/network/ring', 'metrics'];
  const names = ['API', 'newest posts', 'its ring', 'metrics'];
  const linked = links.map((link, i) => `<a href="phones/${n}/${link}">${names[i]}</a>`).join(' ');
  const cells = [n, state, durationText(nowMs - sinceMs), words?.records ?? '', `<code>${words?.id ?? ''}</code>`];
  return `<tr class="${state}">${[...cells, linked].map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
}

function durationText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}
